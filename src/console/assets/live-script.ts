// The part of our script that keeps parts of pages up to date: told by the service, or looking now and then where nobody tells.

/** Never while the page is not looked at, nor under the hands of somebody who fills in a form; never oftener than every four seconds. */
export const liveScript = `
{
  const gapMs = 4000;
  let stream = null;
  let told = false;
  let due = false;
  let renewedAt = Date.now();
  let openedAt = 0;
  const livePart = () => document.querySelector('[data-live]');
  const inUse = (part) => {
    const here = document.activeElement;
    if (here && part.contains(here) && here.matches('input,select,textarea')) return true;
    if (part.querySelector(':popover-open,input[type=checkbox]:checked')) return true;
    const selected = getSelection();
    return selected !== null && !selected.isCollapsed && part.contains(selected.anchorNode);
  };
  const look = () => {
    const part = livePart();
    if (!part || document.hidden) return;
    const now = Date.now();
    // Ages on the page grow even when nothing changes, so it looks now and then all the same.
    const everyMs = Number(part.dataset.seconds) * 1000 * (told ? 6 : 1);
    if (now - renewedAt < (due ? gapMs : everyMs) || inUse(part)) return;
    due = false;
    renewedAt = now;
    part.dispatchEvent(new CustomEvent('renew'));
  };
  const close = () => {
    stream?.close();
    stream = null;
    told = false;
  };
  const open = () => {
    const part = livePart();
    if (!part || !part.dataset.live || document.hidden || stream || typeof EventSource === 'undefined') return;
    openedAt = Date.now();
    stream = new EventSource('/live?topics=' + encodeURIComponent(part.dataset.live));
    stream.onopen = () => { told = true; };
    stream.onmessage = () => { due = true; look(); };
    stream.onerror = () => {
      told = false;
      if (stream && stream.readyState === EventSource.CLOSED) stream = null;
    };
  };
  if (livePart()) {
    open();
    setInterval(() => {
      if (!stream && Date.now() - openedAt > 60000) open();
      look();
    }, 1000);
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) return close();
      due = true;
      open();
      look();
    });
    addEventListener('pagehide', close);
  }
}
`;
