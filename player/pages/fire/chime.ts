/** One for the whole visit: browsers keep it suspended until somebody pressed something on the page. */
let shared: AudioContext | null = null;
const open = (): AudioContext => (shared ??= new AudioContext());

/** Whether the browser keeps this page silent: an alarm would be heard by nobody. */
export const isSilenced = (): boolean => open().state === 'suspended';

export const letSound = async (): Promise<void> => {
  await open().resume();
};

/** Tells when the page may sound and when not any more; any press on the page lets it. @returns what ends that */
export const watchSound = (tell: () => void): (() => void) => {
  const audio = open();
  const onPress = (): void => void letSound();
  audio.addEventListener('statechange', tell);
  addEventListener('pointerdown', onPress);
  addEventListener('keydown', onPress);
  return () => {
    audio.removeEventListener('statechange', tell);
    removeEventListener('pointerdown', onPress);
    removeEventListener('keydown', onPress);
  };
};

/** Two short tones; nothing, and no error, while the browser keeps the page silent. */
export const chime = (): void => {
  const audio = open();
  if (audio.state !== 'running') return;
  for (const [index, pitchHz] of [880, 1175].entries()) {
    const [tone, gain] = [audio.createOscillator(), audio.createGain()];
    const from = audio.currentTime + index * 0.25;
    tone.frequency.value = pitchHz;
    gain.gain.setValueAtTime(0.2, from);
    gain.gain.exponentialRampToValueAtTime(0.001, from + 0.22);
    tone.connect(gain).connect(audio.destination);
    tone.start(from);
    tone.stop(from + 0.24);
  }
};
