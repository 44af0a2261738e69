import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileUriTemplate, type TemplateValue, type UriTemplate } from './uri-template.js'

/** The variables of RFC 6570, section 3.2. */
const values: Readonly<Record<string, TemplateValue>> = {
  count: ['one', 'two', 'three'],
  dom: ['example', 'com'],
  dub: 'me/too',
  hello: 'Hello World!',
  half: '50%',
  var: 'value',
  who: 'fred',
  base: 'http://example.com/home/',
  path: '/foo/bar',
  list: ['red', 'green', 'blue'],
  keys: new Map([
    ['semi', ';'],
    ['dot', '.'],
    ['comma', ','],
  ]),
  v: '6',
  x: '1024',
  y: '768',
  empty: '',
  empty_keys: new Map(),
}

const compiled = (text: string): UriTemplate => {
  const template = compileUriTemplate(text)
  if ('problem' in template) throw new Error(template.problem)
  return template
}
const expand = (text: string): string | null => compiled(text).expand(name => values[name])

describe('a URI template', () => {
  it.each(
    `
    {count} one,two,three
    {count*} one,two,three
    {/count} /one,two,three
    {/count*} /one/two/three
    {;count} ;count=one,two,three
    {;count*} ;count=one;count=two;count=three
    {?count} ?count=one,two,three
    {?count*} ?count=one&count=two&count=three
    {&count*} &count=one&count=two&count=three
    {var} value
    {hello} Hello%20World%21
    {half} 50%25
    O{empty}X OX
    O{undef}X OX
    {x,y} 1024,768
    {x,hello,y} 1024,Hello%20World%21,768
    ?{x,empty} ?1024,
    ?{x,undef} ?1024
    ?{undef,y} ?768
    {var:3} val
    {var:30} value
    {list} red,green,blue
    {list*} red,green,blue
    {keys} semi,%3B,dot,.,comma,%2C
    {keys*} semi=%3B,dot=.,comma=%2C
    {+var} value
    {+hello} Hello%20World!
    {+half} 50%25
    {base}index http%3A%2F%2Fexample.com%2Fhome%2Findex
    {+base}index http://example.com/home/index
    O{+empty}X OX
    O{+undef}X OX
    {+path}/here /foo/bar/here
    here?ref={+path} here?ref=/foo/bar
    up{+path}{var}/here up/foo/barvalue/here
    {+x,hello,y} 1024,Hello%20World!,768
    {+path,x}/here /foo/bar,1024/here
    {+path:6}/here /foo/b/here
    {+list} red,green,blue
    {+list*} red,green,blue
    {+keys} semi,;,dot,.,comma,,
    {+keys*} semi=;,dot=.,comma=,
    {#var} #value
    {#hello} #Hello%20World!
    {#half} #50%25
    foo{#empty} foo#
    foo{#undef} foo
    {#x,hello,y} #1024,Hello%20World!,768
    {#path,x}/here #/foo/bar,1024/here
    {#path:6}/here #/foo/b/here
    {#list*} #red,green,blue
    {#keys*} #semi=;,dot=.,comma=,
    {.who} .fred
    {.who,who} .fred.fred
    {.half,who} .50%25.fred
    www{.dom*} www.example.com
    X{.var} X.value
    X{.empty} X.
    X{.undef} X
    X{.var:3} X.val
    X{.list} X.red,green,blue
    X{.list*} X.red.green.blue
    X{.keys} X.semi,%3B,dot,.,comma,%2C
    X{.keys*} X.semi=%3B.dot=..comma=%2C
    X{.empty_keys} X
    X{.empty_keys*} X
    {/who} /fred
    {/who,who} /fred/fred
    {/half,who} /50%25/fred
    {/who,dub} /fred/me%2Ftoo
    {/var} /value
    {/var,empty} /value/
    {/var,undef} /value
    {/var,x}/here /value/1024/here
    {/var:1,var} /v/value
    {/list} /red,green,blue
    {/list*} /red/green/blue
    {/list*,path:4} /red/green/blue/%2Ffoo
    {/keys} /semi,%3B,dot,.,comma,%2C
    {/keys*} /semi=%3B/dot=./comma=%2C
    {;who} ;who=fred
    {;half} ;half=50%25
    {;empty} ;empty
    {;v,empty,who} ;v=6;empty;who=fred
    {;v,bar,who} ;v=6;who=fred
    {;x,y} ;x=1024;y=768
    {;x,y,empty} ;x=1024;y=768;empty
    {;x,y,undef} ;x=1024;y=768
    {;hello:5} ;hello=Hello
    {;list} ;list=red,green,blue
    {;list*} ;list=red;list=green;list=blue
    {;keys} ;keys=semi,%3B,dot,.,comma,%2C
    {;keys*} ;semi=%3B;dot=.;comma=%2C
    {?who} ?who=fred
    {?half} ?half=50%25
    {?x,y} ?x=1024&y=768
    {?x,y,empty} ?x=1024&y=768&empty=
    {?x,y,undef} ?x=1024&y=768
    {?var:3} ?var=val
    {?list} ?list=red,green,blue
    {?list*} ?list=red&list=green&list=blue
    {?keys} ?keys=semi,%3B,dot,.,comma,%2C
    {?keys*} ?semi=%3B&dot=.&comma=%2C
    {&who} &who=fred
    {&half} &half=50%25
    ?fixed=yes{&x} ?fixed=yes&x=1024
    {&x,y,empty} &x=1024&y=768&empty=
    {&x,y,undef} &x=1024&y=768
    {&var:3} &var=val
    {&list} &list=red,green,blue
    {&list*} &list=red&list=green&list=blue
    {&keys} &keys=semi,%3B,dot,.,comma,%2C
    {&keys*} &semi=%3B&dot=.&comma=%2C`
      .trim()
      .split('\n')
      .map(line => line.trim().split(' ') as [string, string]),
  )('of RFC 6570: %s is %s', (text, expected) => {
    expect(expand(text)).toBe(expected)
  })

  it('names each of its variables once', () => {
    expect(compiled('http://h/{a.b}/{id}{?id,c%20d:3,e*}').variables).toEqual(['a.b', 'id', 'c%20d', 'e'])
    expect(compiled('http://h/').variables).toEqual([])
  })

  it('encodes what URIs cannot hold, by letters and not by halves of them', () => {
    const letters = compiled('/ż{v:2}').expand(() => 'K/łę')
    const half = compiled('{v}').expand(() => '\ud800')

    expect(letters).toBe('/%C5%BCK%2F')
    expect(compiled('{v:2}').expand(() => '😀a😀')).toBe('%F0%9F%98%80a')
    expect(half).toBe('%EF%BF%BD')
  })

  it('cannot cut a list or map to a length', () => {
    expect(expand('{list:3}')).toBeNull()
    expect(expand('{keys:3}')).toBeNull()
  })

  it.each([
    ['{items[0].c}', 'The variable name items[0].c contains invalid characters'],
    ['{a b}', 'The variable name a b contains invalid characters'],
    ['{}', 'The variable name  contains invalid characters'],
    ['{a..b}', 'The variable name a..b contains invalid characters'],
    ['{=a}', 'The variable name =a contains invalid characters'],
    ['{a:0}', 'The variable name a:0 contains invalid characters'],
    ['{a:12345}', 'The variable name a:12345 contains invalid characters'],
    ['{a,}', 'The variable name  contains invalid characters'],
    ['{a%2}', 'The variable name a%2 contains invalid characters'],
    ['{{a}}', 'The template {{a}} has a brace without its partner'],
    ['a}b', 'The template a}b has a brace without its partner'],
  ])('is refused as %s', (text, problem) => {
    expect(compileUriTemplate(text)).toEqual({ problem })
  })

  it('gives nothing but letters that a URI may hold, for any value', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('', '+', '#', '.', '/', ';', '?', '&'),
        (value, op) => {
          const text = compiled(`{${op}v}`).expand(() => value) ?? ''
          expect(text).toMatch(/^(?:[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=-]|%[0-9A-F]{2}|%[0-9A-Fa-f]{2})*$/)
          if (op === '') expect(decodeURIComponent(text)).toBe(Buffer.from(value).toString())
        },
      ),
    )
  })
})
