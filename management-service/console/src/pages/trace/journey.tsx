/**
 * One message's way on the screen: its place, then what each subscription did with it.
 */
import { Anchor, Badge, Button, Card, Code, Group, Stack, Text, Timeline, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconAlertTriangle, IconCheck, IconClock, IconFilter } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { pathOf } from '../../api/call.js'
import { placeIn } from './addresses.js'
import { outcomesIn, type Journey as Way, type Leg, type Step, type Tone } from './journeys-of.js'

const icons = { good: IconCheck, bad: IconAlertTriangle, waiting: IconClock, aside: IconFilter } as const
const colors: Readonly<Record<Tone, string>> = { good: 'teal', bad: 'red', waiting: 'blue', aside: 'gray' }

interface JourneyProps {
  readonly topic: string
  readonly journey: Way
  /** Whether it is the only one: then its steps are always shown. */
  readonly isAlone: boolean
}

/** The card of a message. */
export function Journey({ topic, journey, isAlone }: JourneyProps): ReactNode {
  const { messageId, place, published, legs } = journey
  const [isUnfolded, open] = useDisclosure(false)
  const isOpen = isAlone || isUnfolded
  return (
    <Card withBorder component="section" aria-label={`Message ${messageId}`}>
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h5">
            <Code>{messageId}</Code>
          </Title>
          {place !== null && (
            <Anchor component={Link} size="sm" href={placeIn(topic, place)}>
              Partition {place.partition}, offset {place.offset}
            </Anchor>
          )}
        </Group>
        <Group justify="space-between">
          <Text size="sm">{outcomesIn(journey) || 'No subscription had it yet, or none is traced.'}</Text>
          {!isAlone && (
            <Button size="compact-sm" variant="default" onClick={open.toggle} aria-expanded={isOpen}>
              {isOpen ? 'Hide the steps' : 'Show the steps'}
            </Button>
          )}
        </Group>
        {isOpen && published.length > 0 && <Steps title="Published" steps={published} />}
        {isOpen && legs.map(leg => <LegView key={leg.subscription} topic={topic} leg={leg} />)}
      </Stack>
    </Card>
  )
}

function LegView({ topic, leg }: { readonly topic: string; readonly leg: Leg }): ReactNode {
  const { subscription, outcome, steps, deadLetterId } = leg
  const page = pathOf('topics', topic, 'subscriptions', subscription)
  return (
    <Stack gap="xs">
      <Steps
        title={
          <Group gap="xs" component="span">
            <Anchor component={Link} href={page}>
              {subscription}
            </Anchor>
            <Badge component="span" variant="outline" color={colors[outcome.tone]} c="inherit" tt="none">
              {outcome.word}
            </Badge>
          </Group>
        }
        steps={steps}
      />
      {deadLetterId !== null && (
        <Anchor component={Link} size="sm" href={`${page}${pathOf('dead-letters', deadLetterId)}`}>
          To its dead letter
        </Anchor>
      )}
    </Stack>
  )
}

function Steps({ title, steps }: { readonly title: ReactNode; readonly steps: readonly Step[] }): ReactNode {
  return (
    <Stack gap="xs">
      <Title order={3} size="h6">
        {title}
      </Title>
      <Timeline bulletSize={22} lineWidth={2} active={steps.length}>
        {steps.map(({ at, words, tone, host }, index) => {
          const Icon = icons[tone]
          return (
            <Timeline.Item
              key={`${at} ${index}`}
              color={colors[tone]}
              bullet={<Icon size={12} aria-label={tone} />}
            >
              <Text size="sm">{words}</Text>
              <Text size="xs" c="dimmed">
                <time dateTime={new Date(at).toISOString()}>{new Date(at).toISOString()}</time> on {host}
              </Text>
            </Timeline.Item>
          )
        })}
      </Timeline>
    </Stack>
  )
}
