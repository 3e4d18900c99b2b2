import type { Page } from 'playwright-core';

/** Text on a page whose contrast with its background is below the ratio, with the ratio that it has. @see WCAG 2.2, 1.4.3 */
export function textBelowContrast(page: Page, ratio: number): Promise<string[]> {
  return page.evaluate<string[]>(`(${MEASURE})(${ratio})`);
}

// Text, because the library's types know no DOM.
const MEASURE = `(needed) => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => {
    const linear = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  };
  const backgroundOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const [red, green, blue, alpha = 1] = channels(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return [red, green, blue];
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let texts = 0;
  while (walker.nextNode()) {
    const { textContent, parentElement } = walker.currentNode;
    if (textContent.trim() === '' || !parentElement.checkVisibility()) continue;
    if (parentElement.closest('[disabled], .unseen, .skip')) continue;
    texts += 1;
    const [one, other] = [luminance(channels(getComputedStyle(parentElement).color)), luminance(backgroundOf(parentElement))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < needed) found.push(contrast.toFixed(2) + ': ' + textContent.trim());
  }
  if (texts < 20) found.push('only ' + texts + ' texts are visible');
  return found;
}`;
