/**
 * Where a person goes on after management refused a form: at the first field that is to be mended.
 * Takes the refusal; null where there is none. Gives the reference for the form.
 */
import { useEffect, useRef, type RefObject } from 'react'
import type { ApiProblem } from '../api/problem.js'

/** The reference. A field in a group that is closed is not gone to: the title of the group tells of it. */
export function useFirstProblem(problem: ApiProblem | null): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (problem !== null) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [problem])
  return form
}
