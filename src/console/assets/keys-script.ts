// The part of our script that listens to keys: to go to a page, to search, to show the keys; and that closes menus.

/** Single keys are off while somebody types, and for good where she turned them off (WCAG 2.1.4). */
export const keysScript = `
{
  const setting = 'interlock.keys';
  const kept = () => { try { return localStorage.getItem(setting); } catch { return null; } };
  const typing = (target) => target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=checkbox]):not([type=radio]),select,textarea'));
  const menus = () => document.querySelectorAll('details.menu[open]');
  let goingUntil = 0;
  const search = () => {
    const field = document.querySelector('main input[type=search], main #search-term');
    if (field) field.focus();
    else document.querySelector('a[data-search]')?.click();
    return field !== null;
  };
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      for (const menu of menus()) {
        menu.open = false;
        menu.querySelector('summary').focus();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
    if (kept() === 'off' || document.querySelector('dialog[open]')) return;
    if (Date.now() < goingUntil) {
      goingUntil = 0;
      const link = document.querySelector('a[data-key="' + CSS.escape(event.key) + '"]');
      if (!link) return;
      event.preventDefault();
      link.click();
    } else if (event.key === 'g') goingUntil = Date.now() + 1500;
    else if (event.key === '/') {
      event.preventDefault();
      search();
    } else if (event.key === '?') {
      const dialog = document.getElementById('keys');
      if (!dialog) return;
      event.preventDefault();
      dialog.showModal();
    }
  });
  if (location.hash === '#search') search();
  document.addEventListener('click', (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
  const button = document.querySelector('button[data-keys]');
  if (button) {
    const show = () => {
      button.hidden = false;
      button.textContent = kept() === 'off' ? 'Turn the keys on' : 'Turn the keys off';
    };
    button.addEventListener('click', () => {
      try { localStorage.setItem(setting, kept() === 'off' ? 'on' : 'off'); } catch {}
      show();
    });
    show();
  }
}
`;
