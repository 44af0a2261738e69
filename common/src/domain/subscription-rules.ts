// pure
/**
 * The rules of a subscription's body, apart from those that need the topic, the owner sources or the network.
 * Takes a form and its policy. Gives nothing, or throws one refusal with all violations.
 */
import { hasTemplate } from './endpoint.js'
import { splitTopicName } from './names.js'
import { checkOwner } from './owner.js'
import { checkPolicy, type DeliveryPolicy } from './policy-form.js'
import { checkRetry } from './retry-form.js'
import { checkSigning } from './signing.js'
import type { SubscriptionForm } from './subscription-form.js'
import { collectViolations, type Violations } from './violations.js'

/** How many thresholds a histogram of processing times may have. */
export const thresholdsMax = 10

/**
 * HTTP's grammar for header names and for what a value may hold; anything else would never leave the client.
 */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/

/** Throws `VALIDATION_ERROR` with every rule that the form breaks. */
export function checkSubscriptionForm(form: SubscriptionForm, policy: DeliveryPolicy): void {
  const violations = collectViolations()
  const topic = splitTopicName(form.topicName ?? '') ?? { group: '', topic: '' }
  violations.name('Subscription.topicName.groupName', topic.group)
  violations.name('Subscription.topicName.name', topic.topic)
  violations.name('Subscription.name', form.name ?? '')
  violations.notNull('Subscription.endpoint', form.endpoint)
  violations.notNull('Subscription.description', form.description)
  checkOwner(violations, 'Subscription.owner', form.owner)
  checkPolicy(violations, policy)
  if (policy.deliveryType === 'BATCH' && form.contentType === 'AVRO') {
    violations.add('Subscription AVRO content type is not supported in BATCH delivery mode')
  }
  if (policy.deliveryType === 'BATCH' && hasTemplate(form.endpoint ?? '')) {
    violations.add('Subscription endpoint must not be a template in BATCH delivery mode')
  }
  if (form.contentType === 'AVRO' && form.cloudEvents !== null) {
    violations.add('Subscription cloudEvents needs contentType JSON')
  }
  if (policy.deliveryType === 'BATCH' && form.cloudEvents !== null) {
    violations.add('Subscription cloudEvents is not supported in BATCH delivery mode')
  }
  checkThresholds(violations, form)
  checkHeaders(violations, form)
  checkSigning(violations, form.signing)
  checkRetry(violations, form.retry, form.ordering === 'KEY' && policy.deliveryType === 'SERIAL')
  if (form.oAuthPolicy !== null) checkOAuthPolicy(violations, form.oAuthPolicy)
  violations.refuseAny()
}

function checkOAuthPolicy(
  violations: Violations,
  policy: NonNullable<SubscriptionForm['oAuthPolicy']>,
): void {
  violations.notNull('Subscription.oAuthPolicy.grantType', policy.grantType)
  violations.notNull('Subscription.oAuthPolicy.providerName', policy.providerName)
  for (const member of ['scope', 'username', 'password'] as const)
    violations.plainText(`Subscription.oAuthPolicy.${member}`, policy[member] ?? '')
}

function checkThresholds(violations: Violations, form: SubscriptionForm): void {
  const path = 'Subscription.metricsConfig.messageProcessing.thresholdsMilliseconds'
  const thresholds = form.metricsConfig?.messageProcessing?.thresholdsMilliseconds ?? []
  if (thresholds.length > thresholdsMax) violations.add(`${path} size must be between 0 and ${thresholdsMax}`)
  thresholds.forEach((threshold, index) => {
    if ((threshold ?? 0) <= 0) violations.add(`${path}[${index}].<list element> must be greater than 0`)
  })
}

function checkHeaders(violations: Violations, form: SubscriptionForm): void {
  const headers = form.headers ?? []
  headers.forEach((header, index) => {
    if (!headerName.test(header?.name ?? '')) {
      violations.add(`Subscription.headers[${index}].name must be a name that HTTP can carry`)
    }
    if (!headerValue.test(header?.value ?? '')) {
      violations.add(`Subscription.headers[${index}].value must be a value that HTTP can carry`)
    }
  })
}
