import { SettingsSections } from '../settings/sections.tsx';

export default function SettingsPage() {
  return <SettingsSections />;
}
