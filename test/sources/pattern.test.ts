import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matcher } from '../../src/sources/pattern.js';

describe('label patterns', () => {
  it.each([
    ['5..', '503', '5030'],
    ['5..|429', '429', '42'],
    ['(5..|429)', '500', '4299'],
    ['^5\\d\\d$', '599', '5x9'],
    ['[45]\\d{2}', '404', '304'],
    ['[^2].*', '500', '200'],
    ['5.{2,}', '5000', '50'],
    ['a?b*c+', 'cc', 'ab'],
    ['(?:DEADLINE|UNAVAIL)[A-Z_]*', 'DEADLINE_EXCEEDED', 'OK'],
    ['/v1/.+', '/v1/x', '/v1/'],
    ['a\\.b', 'a.b', 'axb'],
    ['[a\\-z]+', 'a-z', 'b'],
    ['', '', 'x'],
    ['(a*)*b', 'aab', 'aac'],
    ['ü.', 'ü€', 'u€'],
  ])('%s matches %s and not %s, anchored at both ends', (pattern, yes, no) => {
    expect([matcher(pattern)(yes), matcher(pattern)(no)]).toEqual([true, false]);
  });

  it.each([
    '(?=a)',
    '(?i)a',
    '(?<x>a)',
    '(a)\\1',
    '\\bx',
    '\\p{L}',
    '(a',
    'a)',
    '[a',
    '[z-a]',
    '*a',
    'a**',
    'a{3,2}',
    'a{5000}',
    '[[:digit:]]',
    '((a{900}){900}){900}',
    'x'.repeat(501),
    'a\\',
  ])('refuse %s with a typed error', (pattern) => {
    expect(() => matcher(pattern)).toThrow(expect.objectContaining({ code: 'SPEC_INVALID' }));
  });

  it('mean what the language runtime means by them', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '(?:ab|c)', '(a|)', '(?:b)');
    const piece = fc
      .tuple(atom, fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '{2,}', '*?'))
      .map((two) => two.join(''));
    const pattern = fc.array(fc.oneof(piece, fc.constant('|')), { maxLength: 6 }).map((all) => all.join(''));
    fc.assert(
      fc.property(pattern, fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), maxLength: 8 }), (text, value) => {
        expect(matcher(text)(value)).toBe(new RegExp(`^(?:${text})$`).test(value));
      }),
      { numRuns: 2_000 },
    );
  });

  it('take linear time where a backtracking engine takes for ever', () => {
    const value = `${'a'.repeat(20_000)}!`;
    const began = performance.now();
    for (const pattern of ['(a+)+b', '(a|a)*b', '(a|aa)+b', 'a*a*a*a*a*b', '(.*)*x'])
      expect(matcher(pattern)(value)).toBe(false);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
