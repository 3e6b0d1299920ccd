/** A bar from nothing to all; without a value it only says that something is going on. */
export const ProgressBar = ({ share, label }: { share: number | undefined; label: string }) => (
  <progress class="bar" max={1} {...(share === undefined ? {} : { value: share })} aria-label={label} />
);
