() => {
  // Rules that need the laid-out page. Each returns findings as text that begins with the rule's id.

  const short = element => {
    const text = (element.innerText || element.value || element.getAttribute('aria-label') || '').trim().slice(0, 30);
    return `<${element.tagName.toLowerCase()}${element.className && element.className.baseVal === undefined ? '.' + String(element.className).trim().replace(/\s+/g, '.') : ''}> ${text}`;
  };
  const hiddenOnPurpose = element => {
    if (element.closest('.visually-hidden, .skip')) return true;
    for (let parent = element; parent; parent = parent.parentElement)
      if (getComputedStyle(parent).clipPath === 'inset(50%)') return true;
    return false;
  };
  const visible = element => {
    if (!element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) return false;
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && !hiddenOnPurpose(element);
  };
  const textNodes = () => {
    const nodes = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const parent = node.parentElement;
      if (node.data.trim() && !parent.closest('script, style, title, desc, option') && visible(parent)) nodes.push(node);
    }
    return nodes;
  };
  const pixels = value => parseFloat(value);
  const style = element => getComputedStyle(element);

  // ---- Colours ----
  const channels = colour => {
    const found = colour.match(/[\d.]+/g);
    return found ? found.map(Number) : [0, 0, 0, 0];
  };
  const luminance = ([red, green, blue]) => [red, green, blue]
    .map(value => { const c = value / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; })
    .reduce((sum, c, index) => sum + c * [0.2126, 0.7152, 0.0722][index], 0);
  const contrast = (one, other) => {
    const [light, dark] = [luminance(channels(one)), luminance(channels(other))].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const behind = element => {
    for (let parent = element; parent; parent = parent.parentElement) {
      const colour = style(parent).backgroundColor;
      const parts = channels(colour);
      if (parts.length < 4 || parts[3] > 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };

  const controls = () => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')].filter(visible);
  // A link in a sentence has the height of its line (WCAG 2.5.8, inline).
  const inSentence = element => style(element).display === 'inline' &&
    [...element.parentElement.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());

  const fonts = ({ care, extra }) => {
    const wrong = [];
    const least = care ? 24 : 16;
    for (const node of textNodes()) {
      const parent = node.parentElement;
      const font = style(parent);
      if (pixels(font.fontSize) < least - 0.01) wrong.push(`F1: ${font.fontSize} at ${short(parent)}`);
      if (!/(^|[\s,])(sans-serif|system-ui)\s*(,|$)/.test(font.fontFamily)) wrong.push(`F3: ${font.fontFamily} at ${short(parent)}`);
      if (['justify'].includes(font.textAlign)) wrong.push(`F6: justified text at ${short(parent)}`);
      const range = document.createRange();
      range.selectNodeContents(node);
      const widest = Math.max(...[...range.getClientRects()].map(box => box.width));
      if (widest > 40 * pixels(font.fontSize) + 1 && !parent.closest('td, th')) wrong.push(`F6: a line of ${Math.round(widest / pixels(font.fontSize))} em at ${short(parent)}`);
    }
    for (const element of [...document.querySelectorAll('p, li, dd, td')].filter(visible)) {
      const font = style(element);
      if (!(pixels(font.lineHeight) / pixels(font.fontSize) >= 1.499)) wrong.push(`F4: line-height ${font.lineHeight} of ${font.fontSize} at ${short(element)}`);
      const next = element.nextElementSibling;
      if (element.tagName === 'P' && next?.tagName === 'P' && visible(next) && style(element.parentElement).display === 'block') {
        const distance = next.getBoundingClientRect().top - element.getBoundingClientRect().bottom + pixels(font.lineHeight);
        if (distance < 1.5 * pixels(font.lineHeight) - 1 && !element.matches('.eyebrow, .notice-title, .empty-title, .hint')) wrong.push(`F5: ${Math.round(distance)} px between paragraphs at ${short(element)}`);
      }
    }
    if (extra)
      for (const element of [...document.querySelectorAll('main p')].filter(visible))
        if (pixels(style(element).fontSize) < 30) wrong.push(`F2: ${style(element).fontSize} at ${short(element)}`);
    return wrong;
  };

  const targets = ({ care }) => {
    const least = care ? 60 : 44;
    return controls().filter(element => !inSentence(element)).flatMap(element => {
      const area = element.matches('[type=radio], [type=checkbox]') ? element.closest('label') ?? element : element;
      const box = area.getBoundingClientRect();
      return Math.min(box.width, box.height) < least - 0.5
        ? [`${care ? 'T1' : 'T2'}: ${Math.round(box.width)} x ${Math.round(box.height)} px at ${short(element)}`] : [];
    });
  };

  const borders = () => [...document.querySelectorAll('input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea')].filter(visible).flatMap(element => {
    const ratio = contrast(style(element).borderTopColor, behind(element.parentElement));
    return ratio < 3 || pixels(style(element).borderTopWidth) < 1 ? [`C3: border of ${short(element)} has ${ratio.toFixed(1)} : 1`] : [];
  });

  const structure = ({ language }) => {
    const wrong = [];
    const english = language === 'en';
    const count = (selector, rule) => {
      const found = document.querySelectorAll(selector).length;
      if (found !== 1) wrong.push(`${rule}: ${found} times ${selector}`);
    };
    count('h1', 'S1');
    count('main', 'S1');
    let level = 0;
    for (const heading of document.querySelectorAll('h1, h2, h3, h4, h5, h6')) {
      const now = Number(heading.tagName[1]);
      // The error summary stands before the title on purpose.
      if (now > level + 1 && !heading.closest('.error-summary')) wrong.push(`S1: ${heading.tagName} after level ${level}: ${short(heading)}`);
      if (!heading.closest('.error-summary')) level = now;
    }
    if (document.documentElement.lang !== language) wrong.push(`S1: lang is ${document.documentElement.lang}`);
    if (english)
      for (const node of textNodes())
        if (/\p{Script=Han}/u.test(node.data) && !node.parentElement.closest('[lang^=zh]')) wrong.push(`S1: Chinese without lang: ${node.data.trim().slice(0, 40)}`);
    if (!document.title.endsWith(english ? ' - Pujiang' : ' - 浦江 Pujiang')) wrong.push(`S2: title is '${document.title}'`);
    if (document.documentElement.innerHTML.includes('⟦')) wrong.push(`S2: a text is missing: ${document.documentElement.innerHTML.match(/⟦[^⟧]*⟧/)[0]}`);
    for (const element of document.querySelectorAll('.notice-success')) if (element.getAttribute('role') !== 'status') wrong.push('S4: success without role=status');
    for (const element of document.querySelectorAll('.notice-problem, .error-summary')) if (element.getAttribute('role') !== 'alert') wrong.push('S4: problem without role=alert');
    return wrong;
  };

  const fields = () => [...document.querySelectorAll('input:not([type=hidden]), select, textarea')].filter(element => element.checkVisibility()).flatMap(element => {
    const wrong = [];
    const label = element.labels?.[0];
    if (!label || !visible(label)) wrong.push(`S3: no visible label for ${element.name}`);
    const field = element.closest('.field');
    const described = (element.getAttribute('aria-describedby') ?? element.closest('fieldset')?.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean);
    for (const id of described) if (!document.getElementById(id)) wrong.push(`S3: ${element.name} is described by ${id}, which is not there`);
    for (const part of field?.querySelectorAll(':scope > .hint, :scope > .message') ?? [])
      if (!described.includes(part.id)) wrong.push(`S3: ${element.name} does not point to '${part.innerText.slice(0, 30)}'`);
    if (element.matches('input:not([type=radio], [type=checkbox], [type=file]), select') && !element.autocomplete) wrong.push(`S3: ${element.name} has no autocomplete`);
    return wrong;
  });

  const calm = ({ care }) => {
    const wrong = [];
    if (document.querySelector('iframe')) wrong.push('N2: an iframe');
    const words = document.body.innerText.match(/广告|推广|立即下载|领取|红包/);
    if (words) wrong.push(`N2: '${words[0]}'`);
    if (document.querySelector('[autoplay]')) wrong.push('N3: autoplay');
    if (care)
      for (const element of document.querySelectorAll('body *'))
        if (['fixed', 'sticky'].includes(style(element).position)) wrong.push(`N1: ${style(element).position} at ${short(element)}`);
    if (care && document.documentElement.dataset.care !== 'on') wrong.push('Q4: care mode got lost');
    if (!document.querySelector('header a[href="/help"]')) wrong.push('H1: no help link in the header');
    return wrong;
  };

  const name = element => {
    const all = [...document.querySelectorAll('a, button, input, select, textarea, summary, [tabindex]')];
    return `${all.indexOf(element)}${element.className ? '.' + String(element.className).split(' ')[0] : ''} ${element.tagName.toLowerCase()}`;
  };

  return {
    look: options => [...fonts(options), ...targets(options), ...borders(), ...structure(options), ...fields(), ...calm(options)],

    // Where Tab should stop, in the order of the page; a group of radio buttons is one stop.
    stops: () => {
      const groups = new Set();
      return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')].filter(element => {
        if (!element.checkVisibility() || element.disabled || element.tabIndex < 0) return false;
        if (element.type !== 'radio') return true;
        const group = [...document.getElementsByName(element.name)];
        if (group.some(radio => radio.checked) && !element.checked) return false;
        return !groups.has(element.name) && groups.add(element.name);
      }).map(name);
    },

    // The focused element, and whether it can be seen that it is (K2).
    stop: () => {
      const element = document.activeElement;
      if (!element || element === document.body || element === document.documentElement) return { name: '', wrong: [] };
      const wrong = [];
      const ring = style(element);
      if (ring.outlineStyle === 'none' || pixels(ring.outlineWidth) < 4) wrong.push(`K2: outline ${ring.outlineWidth} ${ring.outlineStyle} at ${short(element)}`);
      const ratio = contrast(ring.outlineColor, behind(element.parentElement));
      if (ratio < 3) wrong.push(`K2: focus ring of ${short(element)} has ${ratio.toFixed(1)} : 1`);
      const box = element.getBoundingClientRect();
      const top = document.elementFromPoint(Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1), Math.min(Math.max(box.top + Math.min(box.height / 2, 20), 0), innerHeight - 1));
      if (top && !element.contains(top) && !top.contains(element)) wrong.push(`K2: ${short(element)} is covered by ${short(top)}`);
      return { name: name(element), wrong };
    },

    // Nothing sticks out to the side and nothing is cut off; tables scroll inside their own box.
    fits: ({ rule, rootSize, spaced }) => {
      const root = document.documentElement;
      const before = document.adoptedStyleSheets;
      if (rootSize) root.style.fontSize = rootSize;
      if (spaced) {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }');
        document.adoptedStyleSheets = [...before, sheet];
      }
      const wrong = [];
      if (root.scrollWidth > innerWidth) {
        const widest = [...document.body.querySelectorAll('*')].filter(element => !element.closest('.table-box table') && !hiddenOnPurpose(element) && element.getBoundingClientRect().right > innerWidth + 1);
        wrong.push(`${rule}: page is ${root.scrollWidth} px wide on ${innerWidth} because of ${widest.slice(-2).map(short).join(' and ')}`);
      }
      for (const element of document.body.querySelectorAll('*')) {
        if (!['hidden', 'clip'].includes(style(element).overflowX) || hiddenOnPurpose(element) || element.closest('svg') || !visible(element)) continue;
        // What was typed moves inside its field, and the browser itself shortens the name of a chosen file.
        if (element.matches('input')) continue;
        if (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1) wrong.push(`${rule}: ${short(element)} is cut off`);
      }
      root.style.removeProperty('font-size');
      if (!root.getAttribute('style')) root.removeAttribute('style');
      document.adoptedStyleSheets = before;
      return wrong;
    },
  };
};
