/**
 * A table of things: sorted by any column, narrowed by words, quick with tens of thousands of rows.
 * Takes columns and rows. Gives a real table of which only the rows in sight are made. How it is sorted and
 * narrowed stands in the address.
 */
import { Group, Table as Frame, Text, TextInput, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconSearch } from '@tabler/icons-react'
import { memo, useDeferredValue, useMemo, type ReactNode } from 'react'
import { narrowed, sorted, type By, type Order } from './arrange.js'
import { useArrangement } from './use-arrangement.js'
import { useRowsInSight } from './use-rows-in-sight.js'
import { widestOf } from './widest.js'
import { countOf } from './words.js'

export interface Column<Row> {
  readonly title: string
  /** What stands in the cell. */
  readonly cell: (row: Row) => ReactNode
  /** What it is sorted by; a column without it is not sorted. */
  readonly by?: By<Row>
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

const heightMaxPx = 640
/** A short list is made whole: a person can search it with the browser, and a printer prints it. */
const wholeRowsMax = 60

/** The table. */
export function Table<Row>(props: TableProps<Row>): ReactNode {
  const { label, name, columns, rows, textOf, whenEmpty, firstOrder = null } = props
  const { words, order, setWords, setOrder, settle } = useArrangement({ name, columns, firstOrder })
  const wanted = useDeferredValue(words)
  // One after the other: a letter more or less sorts nothing anew.
  const all = useMemo(
    () => sorted(rows, order, order === null ? undefined : columns[order.column]?.by),
    [rows, order, columns],
  )
  const shown = useMemo(() => narrowed(all, wanted, textOf), [all, wanted, textOf])
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
        <Rows {...props} all={all} rows={shown} order={order} onTurn={turn} />
      )}
    </>
  )
}

interface RowsProps<Row> extends TableProps<Row> {
  /** Those that are narrowed away, too. */
  readonly all: readonly Row[]
  readonly order: Order | null
  readonly onTurn: (column: number) => void
}

function Rows<Row>(props: RowsProps<Row>): ReactNode {
  return props.rows.length <= wholeRowsMax ? <WholeRows {...props} /> : <RowsInSight {...props} />
}

function WholeRows<Row>(props: RowsProps<Row>): ReactNode {
  const { label, columns, rows, keyOf } = props
  return (
    <div tabIndex={0} role="region" aria-label={label} style={{ overflow: 'auto' }}>
      <Frame className="rows" striped highlightOnHover>
        <Heads {...props} />
        <Frame.Tbody>
          {rows.map(row => (
            <Frame.Tr key={keyOf(row)}>
              <Cells columns={columns} row={row} />
            </Frame.Tr>
          ))}
        </Frame.Tbody>
      </Frame>
    </div>
  )
}

function RowsInSight<Row>(props: RowsProps<Row>): ReactNode {
  const { label, columns, all, rows, keyOf } = props
  const { place, shown, abovePx, belowPx, measure } = useRowsInSight(rows, keyOf)
  const widest = useMemo(() => columns.map(({ by }) => widestOf(all, by)), [all, columns])
  return (
    <div
      ref={place}
      tabIndex={0}
      role="region"
      aria-label={label}
      style={{ overflow: 'auto', overflowAnchor: 'none', maxHeight: heightMaxPx }}
    >
      <Frame className="rows" striped highlightOnHover stickyHeader aria-rowcount={rows.length + 1}>
        <Heads {...props} />
        <Frame.Tbody>
          <Gap columns={columns} widest={widest} px={abovePx} />
          {shown.map(({ row, index }) => (
            <Frame.Tr key={keyOf(row)} ref={measure} data-index={index} aria-rowindex={index + 2}>
              <Cells columns={columns} row={row} />
            </Frame.Tr>
          ))}
          <Gap columns={columns} widest={widest} px={belowPx} />
        </Frame.Tbody>
      </Frame>
    </div>
  )
}

interface CellsProps<Row> {
  readonly columns: readonly Column<Row>[]
  readonly row: Row
}

/** Plain cells, and made anew only with their row: hundreds are in sight while a person types. */
const Cells = memo(function Cells<Row>({ columns, row }: CellsProps<Row>): ReactNode {
  return columns.map(({ title, isNumeric, cell }) => (
    <td key={title} className={isNumeric === true ? 'figure' : undefined}>
      {cell(row)}
    </td>
  ))
}) as <Row>(props: CellsProps<Row>) => ReactNode

function Heads<Row>({
  columns,
  order,
  onTurn,
}: Pick<RowsProps<Row>, 'columns' | 'order' | 'onTurn'>): ReactNode {
  return (
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
  )
}

interface GapProps<Row> {
  readonly columns: readonly Column<Row>[]
  /** For each column the row that stands for all of the table, also for those that are narrowed away. */
  readonly widest: readonly (Row | undefined)[]
  readonly px: number
}

/**
 * Stands for the rows that are not made, also where there is none: it has the lines of a row, so that a row
 * beside it is as high and striped as among others. It is as wide as the widest of all rows, so that columns
 * keep their width whichever rows are in sight.
 */
function Gap<Row>({ columns, widest, px }: GapProps<Row>): ReactNode {
  return (
    <Frame.Tr aria-hidden style={{ visibility: 'hidden' }}>
      {columns.map(({ title, cell, isNumeric }, index) => (
        <td key={title} className={isNumeric === true ? 'figure' : undefined}>
          <div style={{ height: px, overflow: 'hidden' }}>
            {widest[index] === undefined ? null : cell(widest[index])}
          </div>
        </td>
      ))}
    </Frame.Tr>
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
      className={isNumeric === true ? 'figure' : undefined}
      aria-sort={by === undefined ? undefined : order === null ? 'none' : direction}
    >
      {by === undefined ? (
        title
      ) : (
        <UnstyledButton onClick={onTurn}>
          {title} {order !== null && (order.isDown ? <IconArrowDown size={12} /> : <IconArrowUp size={12} />)}
        </UnstyledButton>
      )}
    </Frame.Th>
  )
}
