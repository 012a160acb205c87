// The icon in the browser's tab.

export const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0b5cad"/><g fill="none" stroke="#fff" stroke-width="3.4"><circle cx="12" cy="16" r="6.4"/><circle cx="20" cy="16" r="6.4"/></g></svg>';
