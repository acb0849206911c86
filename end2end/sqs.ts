// The local SQS as a test sees it: queues and messages to begin with, and dials that make it fail.
//
// It speaks AWS JSON 1.0, as any SDK would; every answer is SQS's own.

/** Attributes as SQS takes them; numbers are written as text. */
export type Attributes = Record<string, string | number | boolean | object>

/** What a message may have besides its body: SQS's own names, in camel case. */
export interface MessageOptions {
  groupId?: string
  deduplicationId?: string
  delaySeconds?: number
  /** String attributes by name, or whole ones: `{ DataType: 'Number', StringValue: '1' }`. */
  attributes?: Record<string, string | { DataType: string; StringValue?: string; BinaryValue?: string }>
}

/** When and how the local SQS fails; without `queue` a rule is for all, without `operation` for all that its action can disturb. */
export interface Rule {
  operation?: string | string[]
  queue?: string
  /** The first matching call that it disturbs; 1 if absent. */
  nth?: number
  /** From there every so-manieth; 1 if absent. */
  every?: number
  /** Each of these with this probability, from 0 to 1; the same seed disturbs the same calls. */
  chance?: number
  seed?: number
  /** How many it disturbs at most; all if absent. */
  count?: number
  action:
    | { answer: { code: string; message?: string; status?: number } }
    | { delay: { ms: number } }
    | { drop: 'before' | 'after' }
    | { refuse: { ms: number } }
    | { fail_entries: { ids?: string[]; code?: string; chance?: number } }
    | { restore: { ms: number } }
    | { skew: { ms: number } }
    | { trickle: { bytes: number; ms: number } }
    | { truncate: { bytes: number } }
    | 'hang'
    | 'wrong_md5'
    | 'wrong_md5_of_attributes'
    | 'redeliver'
    | 'repeat'
    | 'ignore_delete'
    | ErrorName
}

/** Errors of SQS by what they are, for those who do not know the codes. */
export type ErrorName =
  | 'throttle'
  | 'rate_exceeded'
  | 'server_error'
  | 'unavailable'
  | 'expired_credentials'
  | 'invalid_credentials'
  | 'access_denied'
  | 'request_expired'
  | 'invalid_signature'
  | 'over_limit'
  | 'kms_throttle'
  | 'kms_access_denied'
  | 'kms_disabled'
  | 'kms_invalid_state'
  | 'kms_invalid_usage'
  | 'kms_not_found'
  | 'kms_opt_in_required'

/** An error of SQS: its code, as `QueueDoesNotExist`. */
export class SqsError extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
  ) {
    super(`${code}: ${message}`)
  }
}

/** What happened to a message: an entry of the effect log. */
export interface Effect {
  seq: number
  /** Milliseconds since 1970, by this SQS. */
  at: number
  effect: 'sent' | 'received' | 'hidden' | 'deleted' | 'moved' | 'purged' | 'expired' | 'deduplicated' | 'restored' | 'revealed' | 'repeated'
  queue: string
  message_id: string
  /** Until when it is hidden, as `at`. */
  until?: number
  receives?: number
}

export class Sqs {
  constructor(readonly url: string) {}

  /** Any of the 23 operations. */
  async call<Answer = Record<string, unknown>>(operation: string, body: object = {}): Promise<Answer> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${operation}` },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    const answer = text ? JSON.parse(text) : {}
    if (!response.ok) throw new SqsError(String(answer.__type).split('#').pop() ?? '', response.status, answer.message ?? text)
    return answer as Answer
  }

  /** Creates a queue; FIFO if its name says so. Gives its URL. */
  async create(name: string, attributes: Attributes = {}, tags: Record<string, string> = {}): Promise<string> {
    const fifo: Attributes = name.endsWith('.fifo') ? { FifoQueue: true } : {}
    const { QueueUrl } = await this.call<{ QueueUrl: string }>('CreateQueue', {
      QueueName: name,
      Attributes: written({ ...fifo, ...attributes }),
      tags,
    })
    return QueueUrl
  }

  /** Creates a queue and its dead-letter queue, `orders-dlq` or `orders-dlq.fifo`. Gives the latter's name. */
  async createWithDlq(name: string, { maxReceiveCount = 3, ...attributes }: Attributes & { maxReceiveCount?: number } = {}): Promise<string> {
    const dlq = name.endsWith('.fifo') ? name.replace(/\.fifo$/, '-dlq.fifo') : `${name}-dlq`
    await this.create(dlq)
    const deadLetterTargetArn = await this.arn(dlq)
    await this.create(name, { ...attributes, RedrivePolicy: { deadLetterTargetArn, maxReceiveCount } })
    return dlq
  }

  async queueUrl(name: string): Promise<string> {
    return (await this.call<{ QueueUrl: string }>('GetQueueUrl', { QueueName: name })).QueueUrl
  }

  async arn(name: string): Promise<string> {
    return (await this.attributes(name)).QueueArn as string
  }

  /** All attributes, as SQS gives them: text. */
  async attributes(name: string): Promise<Record<string, string>> {
    const QueueUrl = await this.queueUrl(name)
    return (await this.call<{ Attributes?: Record<string, string> }>('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] })).Attributes ?? {}
  }

  async setAttributes(name: string, attributes: Attributes): Promise<void> {
    await this.call('SetQueueAttributes', { QueueUrl: await this.queueUrl(name), Attributes: written(attributes) })
  }

  /** How many messages are visible, in flight and delayed. */
  async depth(name: string): Promise<{ visible: number; inFlight: number; delayed: number }> {
    const attributes = await this.attributes(name)
    return {
      visible: Number(attributes.ApproximateNumberOfMessages),
      inFlight: Number(attributes.ApproximateNumberOfMessagesNotVisible),
      delayed: Number(attributes.ApproximateNumberOfMessagesDelayed),
    }
  }

  /** Sends one message; what is not text is sent as JSON. On a FIFO queue each body is its own deduplication id unless one is given. */
  async send(name: string, body: unknown, options: MessageOptions = {}): Promise<{ MessageId: string; MD5OfMessageBody: string; SequenceNumber?: string }> {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return this.call('SendMessage', { QueueUrl: await this.queueUrl(name), ...entry(name, text, options) })
  }

  /** Sends messages, ten at a time. Gives their ids. */
  async sendAll(name: string, messages: ({ body: string } & MessageOptions)[]): Promise<string[]> {
    const QueueUrl = await this.queueUrl(name)
    const ids: string[] = []
    for (let first = 0; first < messages.length; first += 10) {
      const Entries = messages.slice(first, first + 10).map(({ body, ...options }, n) => ({ Id: String(n), ...entry(name, body, options) }))
      const { Successful, Failed = [] } = await this.call<{ Successful: { MessageId: string }[]; Failed?: object[] }>('SendMessageBatch', { QueueUrl, Entries })
      if (Failed.length > 0) throw new Error(`SQS refused ${JSON.stringify(Failed)}`)
      ids.push(...Successful.map(({ MessageId }) => MessageId))
    }
    return ids
  }

  /** Sends so many messages: `{"n":0}`, `{"n":1}` … Gives their ids. */
  async sendMany(name: string, count: number): Promise<string[]> {
    return this.sendAll(name, Array.from({ length: count }, (_, n) => ({ body: JSON.stringify({ n }) })))
  }

  /** Receives everything that is visible, and keeps it hidden for a minute. Gives the ids. */
  async receiveAll(name: string): Promise<string[]> {
    const ids: string[] = []
    for (let messages; (messages = await this.receive(name, { visibilityTimeout: 60 })).length > 0; ) {
      ids.push(...messages.map(({ MessageId }) => String(MessageId)))
    }
    return ids
  }

  /** Receives up to ten messages with everything SQS tells about them. */
  async receive(name: string, { max = 10, visibilityTimeout }: { max?: number; visibilityTimeout?: number } = {}): Promise<Record<string, never>[]> {
    const answer = await this.call<{ Messages?: Record<string, never>[] }>('ReceiveMessage', {
      QueueUrl: await this.queueUrl(name),
      MaxNumberOfMessages: max,
      VisibilityTimeout: visibilityTimeout,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    })
    return answer.Messages ?? []
  }

  /** Sends the bodies to a queue and lets each fail until SQS moves it to the dead-letter queue, as it happens in life. */
  async deadLetters(source: string, bodies: unknown[], options: MessageOptions = {}): Promise<void> {
    const { RedrivePolicy } = await this.attributes(source)
    if (!RedrivePolicy) throw new Error(`${source} has no dead-letter queue`)
    for (const body of bodies) await this.send(source, body, options)
    // Every receive counts; the one after the last allowed finds the messages gone.
    const { maxReceiveCount } = JSON.parse(RedrivePolicy) as { maxReceiveCount: number }
    for (let round = 0; round <= Number(maxReceiveCount) * bodies.length + bodies.length; round += 1) {
      if ((await this.receive(source, { visibilityTimeout: 0 })).length === 0) return
    }
  }

  /** Turns the dials: these rules and no others from now on; `dials([])` ends all failures. */
  async dials(rules: Rule[]): Promise<void> {
    const response = await fetch(`${this.url}/_dials`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(rules) })
    if (!response.ok) throw new Error(`the dials refused ${JSON.stringify(rules)}: ${response.status} ${await response.text()}`)
  }

  /** All that happened to messages so far, or after the entry with this number. */
  async effects(since = 0): Promise<Effect[]> {
    return (await (await fetch(`${this.url}/_effects?since=${since}`)).json()) as Effect[]
  }

  /** Its time now, after moving it forward by so many milliseconds: nobody has to wait for a visibility timeout. */
  async clock(advance_ms = 0): Promise<number> {
    const response = await fetch(`${this.url}/_clock`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ advance_ms }) })
    if (!response.ok) throw new Error(`the clock was not moved: ${response.status} ${await response.text()}`)
    return ((await response.json()) as { now: number }).now
  }

  /** How often each operation was called so far, by anybody: `{ ReceiveMessage: 1, … }`. */
  async calls(): Promise<Record<string, number>> {
    return (await (await fetch(`${this.url}/_calls`)).json()) as Record<string, number>
  }
}

/** A message as SQS takes it. */
function entry(queue: string, MessageBody: string, { groupId, deduplicationId, delaySeconds, attributes = {} }: MessageOptions): object {
  const fifo = queue.endsWith('.fifo')
  return {
    MessageBody,
    MessageGroupId: groupId ?? (fifo ? 'group' : undefined),
    MessageDeduplicationId: deduplicationId ?? (fifo ? crypto.randomUUID() : undefined),
    DelaySeconds: delaySeconds,
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([key, value]) => [key, typeof value === 'string' ? { DataType: 'String', StringValue: value } : value]),
    ),
  }
}

function written(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  )
}
