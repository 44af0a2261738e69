/**
 * The webhook inbox of a local stack: what was delivered to it, the newest first, and how it answered.
 * An installation without one says so, and how a subscription gets an endpoint of its own.
 */
import { Alert, Badge, Button, Drawer, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useSearchParams } from 'wouter'
import { send } from '../../api/client.js'
import { ApiProblem } from '../../api/problem.js'
import { ActionDialog } from '../../ui/action-dialog.js'
import { Answer } from '../../ui/answer.js'
import { Beginning } from '../../ui/beginning.js'
import { BodyView } from '../../ui/body-view.js'
import { Lines } from '../../ui/lines.js'
import { Moment } from '../../ui/moment.js'
import { Page as Frame } from '../../ui/page.js'
import { Section } from '../../ui/section.js'
import { figureColumn } from '../../ui/figure-column.js'
import { Table, type Column } from '../../ui/table.js'
import { bytesOf, countOf } from '../../ui/words.js'

interface Delivery {
  readonly number: number
  /** ISO 8601. */
  readonly receivedAt: string
  readonly path: string
  readonly messageId: string
  readonly retryCount: number
  /** What the inbox answered. */
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly bodyBytes: number
}

interface Inbox {
  /** All that ever came. */
  readonly total: number
  readonly messages: readonly Delivery[]
}

const path = '/inbox/messages'
const limit = 200
const periodMs = 2000

/** The page. */
export function Page(): ReactNode {
  const [isAsked, emptying] = useDisclosure(false)
  const inbox = useQuery({
    queryKey: ['inbox'],
    queryFn: async ({ signal }) =>
      (await send({ method: 'GET', path, query: { limit: String(limit) } }, signal)) as Inbox,
    refetchInterval: ({ state }) => (isMissing(state.error) ? false : periodMs),
  })
  const hasOne = inbox.data !== undefined
  return (
    <Frame
      title="Inbox"
      actions={
        hasOne && (
          <Button variant="default" leftSection={<IconTrash size={16} />} onClick={emptying.open}>
            Empty it
          </Button>
        )
      }
    >
      {isMissing(inbox.error) ? (
        <Alert title="This installation has no inbox">
          An inbox shows each webhook that was delivered to it. It comes with a local stack (npm start);
          elsewhere subscriptions deliver to services of yours. The console’s setting inboxUrl names it.
        </Alert>
      ) : (
        <Answer of={inbox}>{data => <Deliveries inbox={data} />}</Answer>
      )}
      <ActionDialog
        isOpen={isAsked}
        onClose={emptying.close}
        title="Empty the inbox?"
        verb="Empty it"
        done="Inbox emptied"
        call={{ method: 'DELETE', path }}
        isDangerous
      >
        What was delivered stays in Kafka; only what the inbox shows is forgotten.
      </ActionDialog>
    </Frame>
  )
}

function Deliveries({ inbox }: { readonly inbox: Inbox }): ReactNode {
  const [params, setParams] = useSearchParams()
  const { total, messages } = inbox
  const open = messages.find(({ number }) => String(number) === params.get('open'))
  return (
    <Stack>
      <Text c="dimmed">
        {countOf(total)} came so far
        {total > messages.length && `; the last ${countOf(messages.length)} are shown`}.
      </Text>
      <Table
        label="Deliveries"
        columns={columnsOf(number => setParams({ open: String(number) }))}
        rows={messages}
        keyOf={({ number }) => String(number)}
        textOf={({ path: to, messageId, body }) => `${to} ${messageId} ${body}`}
        whenEmpty="Nothing came yet. Publish a message to a topic that has a subscription to the inbox."
      />
      <Drawer
        opened={open !== undefined}
        onClose={() => setParams({})}
        position="right"
        size="lg"
        title="Delivery"
      >
        {open !== undefined && <Whole delivery={open} />}
      </Drawer>
    </Stack>
  )
}

function columnsOf(onOpen: (number: number) => void): readonly Column<Delivery>[] {
  return [
    { title: 'Came', by: ({ number }) => number, cell: ({ receivedAt }) => <Moment at={receivedAt} /> },
    { title: 'To', by: ({ path: to }) => to, cell: ({ path: to }) => to },
    {
      title: 'Body',
      cell: ({ number, body }) => <Beginning text={body.slice(0, 160)} onOpen={() => onOpen(number)} />,
    },
    { title: 'Answered', by: ({ status }) => status, cell: ({ status }) => <Status status={status} /> },
    figureColumn('Retry', ({ retryCount }) => retryCount, countOf),
  ]
}

function Status({ status }: { readonly status: number }): ReactNode {
  return (
    <Badge variant="outline" color={status < 300 ? 'teal' : 'red'} c="inherit" miw="max-content">
      {status}
    </Badge>
  )
}

function Whole({ delivery }: { readonly delivery: Delivery }): ReactNode {
  const { messageId, path: to, receivedAt, retryCount, status, headers, body, bodyBytes } = delivery
  return (
    <Stack>
      <Lines
        label="The delivery"
        lines={[
          { about: 'Message id', words: messageId },
          { about: 'To', words: to },
          { about: 'Came', words: <Moment at={receivedAt} /> },
          { about: 'Retries before', words: countOf(retryCount) },
          { about: 'Answered', words: <Status status={status} /> },
          { about: 'Size', words: bytesOf(bodyBytes) },
        ]}
      />
      <Section title="Headers">
        <Lines label="Headers" lines={Object.entries(headers).map(([about, words]) => ({ about, words }))} />
      </Section>
      <Section title="Body">
        <BodyView key={delivery.number} bodyText={body} />
      </Section>
    </Stack>
  )
}

/** Whether management says that there is none. */
function isMissing(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 404
}
