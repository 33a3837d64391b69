import type { StepId } from '../api/change.ts';
import type { Reason } from '../api/reason.ts';
import type { Request } from '../api/request.ts';
import type { Micros } from '../api/time.ts';
import { push } from '../kernel/agenda.ts';
import { draw } from '../kernel/draw.ts';
import type { Message, Note, Out, Process } from '../kernel/process.ts';
import { messageLatency, requestLatency } from './network.ts';
import { machineOf } from './processes.ts';
import type { Slot, World } from './world.ts';

/** client-go's token bucket (golang.org/x/time/rate, Reserve): when the next request may leave. */
function departure(world: World, slot: Slot, process: Process<unknown>, tokens: number): Micros {
  const limit = process.limit;
  if (limit === undefined || tokens === 0) return world.now;
  const gained = ((world.now - slot.refilledAt) * limit.perSecond) / 1_000_000;
  slot.tokens = Math.min(limit.burst, slot.tokens + gained) - tokens;
  slot.refilledAt = world.now;
  return slot.tokens >= 0 ? world.now : world.now + Math.ceil((-slot.tokens * 1_000_000) / limit.perSecond);
}

export function sendRequest(world: World, slot: Slot, departsAt: Micros, id: number, tag: string, request: Request, cause: StepId, because: Reason | undefined): void {
  const drawn = draw(world.chance, slot.name, 'request', request.path);
  const arrives = Math.max(slot.requestArrivesAt, departsAt + requestLatency(drawn, request.method !== 'GET') + slot.extraMicros);
  slot.requestArrivesAt = arrives;
  push(
    world.agenda,
    arrives,
    because === undefined
      ? { type: 'request', from: slot.name, epoch: slot.epoch, cause, id, tag, request, sentAt: departsAt }
      : { type: 'request', from: slot.name, epoch: slot.epoch, cause, id, tag, request, sentAt: departsAt, because },
  );
}

/**
 * The effects of one step. What is sent goes onto the agenda right away: nothing of it can be seen or felt before the step has ended,
 * because the step reads neither the agenda nor the wire.
 */
export class Effects implements Out {
  private readonly world: World;
  private readonly slot: Slot;
  private readonly process: Process<unknown>;
  private cause: StepId;
  /** undefined: it had nothing to say. */
  notes: Note[] | undefined = undefined;

  constructor(world: World, slot: Slot, process: Process<unknown>) {
    this.world = world;
    this.slot = slot;
    this.process = process;
    this.cause = world.steps;
  }

  request(request: Omit<Request, 'user'>, tag: string, because?: Reason, tokens = 1): number {
    const { world, slot } = this;
    const id = slot.nextRequest++;
    sendRequest(world, slot, departure(world, slot, this.process, tokens), id, tag, signed(request, this.process.user), this.cause, because);
    return id;
  }
  timer(name: string, at: Micros): void {
    const { world, slot } = this;
    slot.timers.set(name, push(world.agenda, at > world.now ? at : world.now, { type: 'timer', to: slot.name, epoch: slot.epoch, cause: this.cause, name }));
  }
  cancel(name: string): void {
    this.slot.timers.delete(name);
  }
  send(to: string, message: Message, options?: { readonly because?: Reason; readonly delayMicros?: number }): void {
    const { world, slot, cause } = this;
    const machine = machineOf(slot.name);
    const local = machine !== undefined && machine === machineOf(to);
    const at = world.now + messageLatency(draw(world.chance, slot.name, 'message', to), local) + (options?.delayMicros ?? 0);
    const because = options?.because;
    push(
      world.agenda,
      at,
      because === undefined ? { type: 'message', to, from: slot.name, cause, message, sentAt: world.now } : { type: 'message', to, from: slot.name, cause, message, sentAt: world.now, because },
    );
  }
  note(note: Note): void {
    if (this.notes === undefined) this.notes = [note];
    else this.notes.push(note);
  }
  draw(purpose: string, key: string): number {
    return draw(this.world.chance, this.slot.name, purpose, key);
  }
  causedBy(step: StepId): void {
    this.cause = step === 0 ? this.world.steps : step;
  }
}

/** A request with the name of who asks; all have the same shape, whatever they carry. */
function signed(request: Omit<Request, 'user'>, user: string): Request {
  const { method, path, query, contentType, body, userAgent } = request;
  const out: { -readonly [K in keyof Request]: Request[K] } = { user, method, path };
  if (query !== undefined) out.query = query;
  if (contentType !== undefined) out.contentType = contentType;
  if (body !== undefined) out.body = body;
  if (userAgent !== undefined) out.userAgent = userAgent;
  return out;
}
