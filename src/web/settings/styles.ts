// What the settings use beyond the first load.
import '@mantine/core/styles/Table.css';
import '@mantine/core/styles/Checkbox.css';
import '@mantine/core/styles/InlineInput.css';
import '@mantine/core/styles/Radio.css';
import '@mantine/core/styles/Fieldset.css';
import '@mantine/core/styles/Paper.css';
import '@mantine/core/styles/Progress.css';
import './settings.css';
import './canary.css';
