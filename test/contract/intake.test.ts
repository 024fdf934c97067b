import { intakeContract } from './intake.case.ts';
import { INTAKES } from './intakes.ts';

for (const driver of INTAKES) intakeContract(driver);
