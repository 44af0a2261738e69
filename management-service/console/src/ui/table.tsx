/**
 * A table of things: sorted by any column, narrowed by words, quick with tens of thousands of rows.
 * Takes columns and rows. Gives a real table of which only the rows in sight are made. How it is sorted and
 * narrowed stands in the address.
 */
import { Group, Table as Frame, Text, TextInput, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconSearch } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useDeferredValue, useMemo, useRef, type ReactNode } from 'react'
import { arranged, type Order } from './arrange.js'
import { useArrangement } from './use-arrangement.js'
import { countOf } from './words.js'

export interface Column<Row> {
  readonly title: string
  /** What stands in the cell. */
  readonly cell: (row: Row) => ReactNode
  /** What it is sorted by; a column without it is not sorted. */
  readonly by?: (row: Row) => number | string | null
  /** Figures stand to the right. */
  readonly isNumeric?: boolean
  readonly width?: number | string
}

interface TableProps<Row> {
  /** What the table is, for who does not see it. */
  readonly label: string
  /** Its name in the address, where a page has several tables. */
  readonly name?: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** The text that the words of the search are looked for in; without it there is no search. */
  readonly textOf?: (row: Row) => string
  /** Said where there is no row. */
  readonly whenEmpty: ReactNode
  readonly firstOrder?: Order
}

const rowHeightPx = 38
const heightMaxPx = 640
/** A short list is made whole: a person can search it with the browser, and a printer prints it. */
const wholeRowsMax = 60

/** The table. */
export function Table<Row>(props: TableProps<Row>): ReactNode {
  const { label, name, columns, rows, textOf, whenEmpty, firstOrder = null } = props
  const { words, order, setWords, setOrder, settle } = useArrangement({ name, columns, firstOrder })
  const wanted = useDeferredValue(words)
  const shown = useMemo(
    () =>
      arranged(rows, {
        words: wanted,
        textOf,
        order,
        by: order === null ? undefined : columns[order.column]?.by,
      }),
    [rows, wanted, textOf, order, columns],
  )
  const turn = (column: number): void =>
    setOrder({
      column,
      isDown: order?.column === column ? !order.isDown : columns[column]?.isNumeric === true,
    })
  return (
    <>
      {textOf !== undefined && (rows.length > 5 || words !== '') && (
        <Group>
          <TextInput
            value={words}
            onChange={event => setWords(event.currentTarget.value)}
            onBlur={settle}
            placeholder="Narrow down"
            aria-label={`Narrow down: ${label}`}
            leftSection={<IconSearch size={16} />}
            maw={320}
          />
          <Text size="sm" c="dimmed" role="status">
            {countOf(shown.length)} of {countOf(rows.length)}
          </Text>
        </Group>
      )}
      {shown.length === 0 ? (
        <Text c="dimmed">{rows.length === 0 ? whenEmpty : 'Nothing fits these words.'}</Text>
      ) : (
        <Rows {...props} rows={shown} order={order} onTurn={turn} />
      )}
    </>
  )
}

interface RowsProps<Row> extends TableProps<Row> {
  readonly order: Order | null
  readonly onTurn: (column: number) => void
}

function Rows<Row>({ label, columns, rows, keyOf, order, onTurn }: RowsProps<Row>): ReactNode {
  const place = useRef<HTMLDivElement>(null)
  const isWhole = rows.length <= wholeRowsMax
  const virtual = useVirtualizer({
    count: isWhole ? 0 : rows.length,
    getScrollElement: () => place.current,
    estimateSize: () => rowHeightPx,
    overscan: 12,
  })
  const inSight = virtual.getVirtualItems()
  const above = inSight[0]?.start ?? 0
  const below = virtual.getTotalSize() - (inSight.at(-1)?.end ?? 0)
  const shown = isWhole
    ? rows.map((row, index) => ({ row, index }))
    : inSight.flatMap(({ index }) => rowAt(rows, index))
  return (
    <div
      ref={place}
      tabIndex={0}
      role="region"
      aria-label={label}
      style={{ overflow: 'auto', maxHeight: isWhole ? undefined : heightMaxPx }}
    >
      <Frame striped highlightOnHover stickyHeader={!isWhole} aria-rowcount={rows.length + 1}>
        <Frame.Thead>
          <Frame.Tr aria-rowindex={1}>
            {columns.map((column, index) => (
              <Head
                key={column.title}
                column={column}
                order={order?.column === index ? order : null}
                onTurn={() => onTurn(index)}
              />
            ))}
          </Frame.Tr>
        </Frame.Thead>
        <Frame.Tbody>
          <Gap px={above} columns={columns.length} />
          {shown.map(({ row, index }) => (
            <Frame.Tr key={keyOf(row)} aria-rowindex={index + 2}>
              {columns.map(column => (
                <Frame.Td key={column.title} ta={column.isNumeric === true ? 'right' : undefined}>
                  {column.cell(row)}
                </Frame.Td>
              ))}
            </Frame.Tr>
          ))}
          <Gap px={below} columns={columns.length} />
        </Frame.Tbody>
      </Frame>
    </div>
  )
}

function rowAt<Row>(rows: readonly Row[], index: number): { row: Row; index: number }[] {
  const row = rows[index]
  return row === undefined ? [] : [{ row, index }]
}

/** Stands for the rows that are not made. */
function Gap({ px, columns }: { readonly px: number; readonly columns: number }): ReactNode {
  if (px <= 0) return null
  return (
    <tr aria-hidden>
      <td colSpan={columns} style={{ height: px, padding: 0 }} />
    </tr>
  )
}

interface HeadProps<Row> {
  readonly column: Column<Row>
  readonly order: Order | null
  readonly onTurn: () => void
}

function Head<Row>({ column, order, onTurn }: HeadProps<Row>): ReactNode {
  const { title, by, isNumeric, width } = column
  const direction = order?.isDown === true ? 'descending' : 'ascending'
  return (
    <Frame.Th
      w={width}
      style={{ whiteSpace: 'nowrap' }}
      ta={isNumeric === true ? 'right' : undefined}
      aria-sort={by === undefined ? undefined : order === null ? 'none' : direction}
    >
      {by === undefined ? (
        title
      ) : (
        <UnstyledButton onClick={onTurn} fw={700} fz="sm">
          {title} {order !== null && (order.isDown ? <IconArrowDown size={12} /> : <IconArrowUp size={12} />)}
        </UnstyledButton>
      )}
    </Frame.Th>
  )
}
