// A text of the dictionary in which names stand between backticks: those are shown as names, everything else as it is.

/** An odd backtick stays one. */
export function WithCode({ children }: { children: string }) {
  const parts = children.split(/`([^`]+)`/);
  return <>{parts.map((part, at) => (at % 2 === 0 ? part : <code>{part}</code>))}</>;
}
