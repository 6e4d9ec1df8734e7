'use strict';

/** Elements and texts of a page; texts come from files, and reach the document as text only. */
const elements = (() => {
  const byId = id => document.getElementById(id);

  /** Control and invisible characters are shown as �, as in tables and figures. */
  const printable = text => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Cn}]/gu, '\ufffd') || '“”';

  /** Returns a new element; attributes that are null or false are left out. */
  function element(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value != null && value !== false) node.setAttribute(key, value === true ? '' : value);
    }
    node.append(...children);
    return node;
  }

  /** Calls a function whenever the page has another width. */
  function whenWidthChanges(then) {
    let width = document.body.clientWidth;
    new ResizeObserver(() => {
      if (document.body.clientWidth === width) return;
      width = document.body.clientWidth;
      then();
    }).observe(document.body);
  }

  return {byId, printable, element, whenWidthChanges};
})();
