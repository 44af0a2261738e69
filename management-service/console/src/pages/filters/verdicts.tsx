/**
 * What the filters say to the newest messages of the topic.
 */
import { Accordion, Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { pathOf } from '../../api/call.js'
import { send } from '../../api/client.js'
import { Answer } from '../../ui/answer.js'
import { BodyView, textOfBody, type Body } from '../../ui/body-view.js'
import { Moment } from '../../ui/moment.js'

interface Judged {
  readonly message: Body & {
    readonly partition: number
    readonly offset: number
    readonly time: string
    readonly headers: Readonly<Record<string, string>>
  }
  readonly passes: boolean
  readonly error?: string
  readonly refusedBy?: string
}

interface LabPage {
  readonly items: readonly Judged[]
  readonly next: string | null
}

interface VerdictsProps {
  readonly topic: string
  readonly filters: readonly unknown[]
}

const pauseMs = 400
const pageSize = 50
const excerptChars = 90

/** The verdicts, asked anew after each pause of typing. */
export function Verdicts({ topic, filters }: VerdictsProps): ReactNode {
  const [settled] = useDebouncedValue(JSON.stringify(filters), pauseMs)
  const pages = useInfiniteQuery({
    queryKey: ['filter-lab', topic, settled],
    queryFn: ({ pageParam, signal }) => {
      const place = pageParam === '' ? {} : { next: pageParam }
      const body = { filters: JSON.parse(settled) as unknown, max: pageSize, ...place }
      return send(
        { method: 'POST', path: pathOf('topics', topic, 'filters', 'try'), body },
        signal,
      ) as Promise<LabPage>
    },
    initialPageParam: '',
    getNextPageParam: page => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  return (
    <Answer of={pages}>
      {({ pages: found }) => {
        const judged = found.flatMap(({ items }) => items)
        return (
          <Stack>
            <Text role="status">{saidOf(judged)}</Text>
            <Accordion chevronPosition="left">
              {judged.map(each => (
                <OneVerdict key={`${each.message.partition}-${each.message.offset}`} judged={each} />
              ))}
            </Accordion>
            {pages.hasNextPage && (
              <Button
                variant="default"
                loading={pages.isFetchingNextPage}
                onClick={() => void pages.fetchNextPage()}
              >
                Try older messages
              </Button>
            )}
          </Stack>
        )
      }}
    </Answer>
  )
}

function saidOf(judged: readonly Judged[]): string {
  if (judged.length === 0) return 'The topic holds no message to try them on.'
  const passed = judged.filter(({ passes }) => passes).length
  const failed = judged.filter(({ error }) => error !== undefined).length
  const dead = failed === 0 ? '' : `; of ${failed} nobody could tell: they would become dead letters`
  return `${passed} of the newest ${judged.length} messages would pass${dead}.`
}

function OneVerdict({ judged }: { readonly judged: Judged }): ReactNode {
  const { message, passes, error, refusedBy } = judged
  const place = `${message.partition}-${message.offset}`
  return (
    <Accordion.Item value={place}>
      <Accordion.Control>
        <Group gap="xs" wrap="nowrap">
          <Badge color={passes ? 'teal' : error === undefined ? 'gray' : 'red'} variant="light" miw={80}>
            {passes ? 'passes' : error === undefined ? 'left out' : 'fails'}
          </Badge>
          <Text size="sm" truncate>
            {textOfBody(message).replaceAll(/\s+/g, ' ').slice(0, excerptChars)}
          </Text>
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        <Stack gap="xs">
          <Text size="sm">
            {place}, <Moment at={message.time} />
            {refusedBy !== undefined && `, refused by ${refusedBy}`}
            {error !== undefined && `, ${error}`}
          </Text>
          <BodyView {...message} />
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  )
}
