/**
 * The way to the first delivered message, for an installation that has nothing yet.
 */
import { Button, List, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { Command } from '../../ui/command.js'
import { Curl } from '../../ui/curl.js'
import { NoneYet } from '../../ui/none-yet.js'
import { Section } from '../../ui/section.js'
import { frontendOf, publishCommand } from '../topics/publish-command.js'
import type { Overview } from './overview-shape.js'

const owner = { source: 'Plaintext', id: 'me' }
const topic = 'demo.events'
const group = { method: 'POST', path: '/groups', body: { groupName: 'demo' } } as const
const first = {
  method: 'POST',
  path: '/topics',
  body: { name: topic, description: 'My first', owner, contentType: 'JSON', retentionTime: { duration: 1 } },
} as const
const receiver = {
  method: 'POST',
  path: `/topics/${topic}/subscriptions`,
  body: {
    topicName: topic,
    name: 'mine',
    description: 'My first',
    endpoint: 'http://127.0.0.1:9000/',
    owner,
  },
} as const

/** The steps; what is there already says so. */
export function FirstSteps({ overview }: { readonly overview: Overview }): ReactNode {
  const { counts, processes } = overview
  const frontend = frontendOf(processes ?? [])
  const publish = publishCommand({ frontend, topic, body: '{"hello":"world"}', key: '', hasKey: false })
  return (
    <Section title="First steps">
      <Text>
        <NoneYet>
          Four steps to the first delivered message. Each is a page here, or a command in a terminal.
        </NoneYet>
      </Text>
      <List type="ordered" spacing="md" listStyleType="decimal">
        <Step title="Make a group, a place for topics" to="/groups" verb="Groups" isDone={counts.groups > 0}>
          <Curl call={group} />
        </Step>
        <Step title="Make a topic in it" to="/new-topic" verb="New topic" isDone={counts.topics > 0}>
          <Curl call={first} />
        </Step>
        <Step
          title="Subscribe: each message goes to an address of yours"
          to="/subscriptions"
          verb="Subscriptions"
          isDone={counts.subscriptions > 0}
        >
          <Curl call={receiver} />
        </Step>
        <Step title="Publish a message" to="/topics" verb="Topics" isDone={false}>
          <Command command={publish} />
        </Step>
      </List>
    </Section>
  )
}

interface StepProps {
  readonly title: string
  readonly to: string
  readonly verb: string
  readonly isDone: boolean
  readonly children: ReactNode
}

function Step({ title, to, verb, isDone, children }: StepProps): ReactNode {
  return (
    <List.Item styles={{ itemWrapper: { display: 'block' }, itemLabel: { display: 'block' } }}>
      <Stack gap="xs" align="stretch">
        <Text>{isDone ? `${title} — done` : title}</Text>
        {!isDone && children}
        {!isDone && (
          <Button component={Link} href={to} variant="default" size="xs" style={{ alignSelf: 'flex-start' }}>
            {verb}
          </Button>
        )}
      </Stack>
    </List.Item>
  )
}
