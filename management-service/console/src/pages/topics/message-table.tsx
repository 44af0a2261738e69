/**
 * Messages as a table: when, with which key, and how they begin. One of them can be opened.
 */
import type { ReactNode } from 'react'
import { Beginning } from '../../ui/beginning.js'
import { Moment } from '../../ui/moment.js'
import { figureColumn } from '../../ui/figure-column.js'
import { Table, type Column } from '../../ui/table.js'
import { bytesOf } from '../../ui/words.js'
import type { Message } from './message-shape.js'
import { placeText, shortBodyOf, type MessagePlace } from './message-words.js'

interface MessageTableProps {
  readonly label: string
  readonly messages: readonly Message[]
  readonly whenEmpty: ReactNode
  readonly onOpen: (place: MessagePlace) => void
}

/** The table, in the order of its messages. */
export function MessageTable({ label, messages, whenEmpty, onOpen }: MessageTableProps): ReactNode {
  const columns: readonly Column<Message>[] = [
    {
      title: 'Stored',
      by: ({ time }) => time,
      cell: ({ time }) => (time === null ? 'not known' : <Moment at={time} />),
      width: 120,
    },
    { title: 'Key', by: ({ key }) => key, cell: ({ key }) => key },
    {
      title: 'Message',
      cell: message => <Beginning text={shortBodyOf(message)} onOpen={() => onOpen(message)} />,
    },
    { title: 'Place', cell: placeText },
    figureColumn('Size', ({ size }) => size, bytesOf),
  ]
  return (
    <Table
      label={label}
      columns={columns}
      rows={messages}
      keyOf={placeText}
      textOf={message => `${message.key ?? ''} ${message.id} ${shortBodyOf(message)}`}
      whenEmpty={whenEmpty}
    />
  )
}
