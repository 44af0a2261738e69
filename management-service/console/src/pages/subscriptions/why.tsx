/**
 * What holds a subscription back and what happens next, in the words of management.
 */
import { Alert, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Section } from '../../ui/section.js'
import type { Names } from './names.js'
import { NextWords } from './next-words.js'
import type { Diagnosis, Finding } from './subscription-shape.js'

const looks = {
  critical: { color: 'red', Icon: IconCircleX, word: 'Nothing is delivered' },
  warning: { color: 'yellow', Icon: IconAlertTriangle, word: 'Less or later than it could be' },
  info: { color: 'gray', Icon: IconInfoCircle, word: 'How things stand' },
} as const
const wellLook = { color: 'teal', Icon: IconCircleCheck, word: 'All is well' } as const

interface WhyProps {
  readonly names: Names
  readonly diagnosis: Diagnosis
}

/** The findings, the gravest first. */
export function Why({ names, diagnosis }: WhyProps): ReactNode {
  const { findings } = diagnosis
  const isWell = findings.every(({ severity }) => severity === 'info')
  return (
    <Section title={isWell ? 'All is well' : 'What holds it back'}>
      {findings.map(finding => (
        <FindingView
          key={finding.cause}
          names={names}
          finding={finding}
          look={isWell ? wellLook : looks[finding.severity]}
        />
      ))}
    </Section>
  )
}

interface FindingViewProps {
  readonly names: Names
  readonly finding: Finding
  readonly look: typeof wellLook | (typeof looks)[Finding['severity']]
}

function FindingView({ names, finding, look }: FindingViewProps): ReactNode {
  const { color, Icon, word } = look
  return (
    <Alert role="group" color={color} icon={<Icon size={20} aria-label={word} role="img" />}>
      <Text size="sm">{finding.text}</Text>
      <Text size="sm" mt={4}>
        <b>What happens next:</b> <NextWords names={names} next={finding.next} />
      </Text>
    </Alert>
  )
}
