import { afterAll } from 'vitest';
import { dropStores } from './store.ts';

// Hundreds of databases would fill the disk, and take minutes to delete at the end.
afterAll(dropStores, 120_000);
