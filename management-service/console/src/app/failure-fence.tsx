/**
 * What stands where a page failed by itself, told to the person, with a way on: its files did not come, or it
 * has a defect of ours.
 */
import { Alert, Button, Code, Text } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { Page } from '../ui/page.js'

interface FenceState {
  readonly failure: Error | null
}

/** Shows what is inside, or the failure of it. A class, because React tells failures to no function. */
export class FailureFence extends Component<{ readonly children: ReactNode }, FenceState> {
  override state: FenceState = { failure: null }

  static getDerivedStateFromError(failure: Error): FenceState {
    return { failure }
  }

  override render(): ReactNode {
    const { failure } = this.state
    if (failure === null) return this.props.children
    return (
      <Page title="This page failed">
        <Alert color="red">
          {isOfFiles(failure) && (
            <Text mb="md">
              Its files did not come: management does not answer, or is another version than the page you came
              from.
            </Text>
          )}
          <Code block>{failure.message}</Code>
          <Button mt="md" onClick={() => location.reload()}>
            Load it again
          </Button>
        </Alert>
      </Page>
    )
  }
}

/** As Chromium, Firefox and Safari say it. */
function isOfFiles({ message }: Error): boolean {
  return /dynamically imported module|importing a module script/i.test(message)
}
