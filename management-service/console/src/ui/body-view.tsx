/**
 * The body of a message for people: JSON indented, other text as it is, bytes as Base64.
 * Bound: `charsMax` are shown at once; a button shows the rest.
 */
import { Button, Code, Stack } from '@mantine/core'
import { useState, type ReactNode } from 'react'

const charsMax = 20_000

/** One of the three is given, as management's messages have it. */
export interface Body {
  readonly body?: unknown
  readonly bodyText?: string
  readonly bodyBase64?: string
}

/** The text to show. */
export function textOfBody({ body, bodyText, bodyBase64 }: Body): string {
  if (bodyText !== undefined) return bodyText
  return bodyBase64 ?? JSON.stringify(body, null, 2) ?? ''
}

/** The body. */
export function BodyView(props: Body): ReactNode {
  const [isWhole, setWhole] = useState(false)
  const text = textOfBody(props)
  const isCut = text.length > charsMax && !isWhole
  return (
    <Stack gap="xs">
      <Code block style={{ whiteSpace: 'pre-wrap', maxHeight: 480, overflow: 'auto' }} tabIndex={0}>
        {isCut ? text.slice(0, charsMax) : text}
      </Code>
      {isCut && (
        <Button variant="subtle" size="xs" onClick={() => setWhole(true)}>
          Show all of it
        </Button>
      )}
    </Stack>
  )
}
