import { Command } from 'commander';
import { presendVersion } from '../config/version.ts';

/** The command line without its commands: what all of them share. */
export function bareProgram(): Command {
  return new Command('presend')
    .description('A pre-send gate for AI-written outreach: judges every mail before it leaves.')
    .version(presendVersion())
    .option('--config <file>', 'configuration (default: $PRESEND_CONFIG, else config/presend.yaml)')
    .option('--data <folder>', 'data folder (default: $PRESEND_DATA, else data_dir of the configuration)')
    .showHelpAfterError('(see --help)')
    .configureHelp({ showGlobalOptions: true });
}
