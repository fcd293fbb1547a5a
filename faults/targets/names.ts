/** Each service has three instances and four settings; the last wave changes two of the settings. */
export const instancesEach = 3;
const settingsEach = 4;

export const settingIds = (service: string): string[] =>
  Array.from({ length: settingsEach }, (_, i) => `${service}.s${i + 1}`);

export const instanceIds = (service: string): string[] =>
  Array.from({ length: instancesEach }, (_, i) => `${service}-${i + 1}`);

/** Service that an instance or a setting belongs to. */
export const serviceOfTarget = (id: string): string => id.split(/[-.]/)[0] ?? '';
