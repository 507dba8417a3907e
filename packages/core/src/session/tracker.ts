import { BehaviorSubject, distinctUntilChanged, type Observable, ReplaySubject, Subject, Subscription, timer } from 'rxjs';
import type { ControlChannel } from '../control/types.ts';
import type { Message } from '../wire/messages.ts';
import { type Activity, idleActivity, stepActivity } from './activity.ts';
import type { Phase } from './clocks.ts';
import { freshInput, type InputEvent, stepInput } from './input-lifetime.ts';

/** Keeps account of what goes on in a session, and says what follows from it. */
export interface Tracker {
  readonly activity: Activity;
  /** Whether nothing goes on: no turn, no background task, and none about to begin. */
  readonly isQuiet: boolean;
  readonly quiet$: Observable<boolean>;
  /** Which clock runs. */
  readonly phase$: Observable<Phase>;
  /** Signs of life of the process. */
  readonly life$: Observable<unknown>;
  /** Emits once, when stdin may end; replayed. */
  readonly inputEnded$: Observable<void>;
  take(message: Message): void;
  /** How many prompts have no result. */
  turns(open: number): void;
  /** No more prompts come. */
  callerEnded(): void;
  /** Something that is about to begin by itself, such as a turn about a call that was put aside. */
  expect(): void;
  /** Nothing follows any more. */
  dispose(): void;
}

/**
 * How long after the end of background work its turn may take to begin, in milliseconds. The real CLI takes about 110; without a bound, one that begins none
 * would never be quiet.
 */
const followUpMs = 3000;

const humanQuestions = new Set(['can_use_tool', 'elicitation', 'request_user_dialog']);

/** An account of one session. */
export function createTracker(control: ControlChannel, now: () => number = Date.now): Tracker {
  let activity = idleActivity;
  let open = 0;
  let input = freshInput;
  let awaitsFirst = false;
  const phase = new BehaviorSubject<Phase>({ state: 'idle' });
  const quiet = new BehaviorSubject(true);
  const life = new Subject<void>();
  const inputEnded = new ReplaySubject<void>(1);
  const subscriptions = new Subscription();
  let followUp: Subscription | undefined;

  const isQuiet = (): boolean => open === 0 && !activity.running && !activity.expecting && activity.tasks.size === 0;

  function currentPhase(): Phase {
    if (control.load.asked.some(({ subtype }) => humanQuestions.has(subtype))) return { state: 'human' };
    if (open > 0 || activity.running || activity.expecting) {
      const [oldest] = activity.tools;
      if (oldest !== undefined) return { state: 'tool', tool: { id: oldest[0], ...oldest[1] } };
      return { state: awaitsFirst ? 'first-output' : 'model' };
    }
    return { state: activity.tasks.size > 0 ? 'background' : 'idle' };
  }

  function feed(event: InputEvent): void {
    const before = input.ended;
    input = stepInput(input, event);
    if (!before && input.ended) inputEnded.next();
  }

  function update(): void {
    const next = currentPhase();
    if (next.state !== phase.value.state || next.tool?.id !== phase.value.tool?.id) phase.next(next);
    if (isQuiet() !== quiet.value) quiet.next(isQuiet());
  }

  function setActivity(next: Activity): void {
    if (next === activity) return;
    activity = next;
    if (!activity.expecting) followUp?.unsubscribe();
    else if (followUp === undefined || followUp.closed)
      followUp = timer(followUpMs).subscribe(() => setActivity({ ...activity, expecting: false }));
    feed({ kind: 'activity', running: activity.running || activity.expecting, tasks: activity.tasks.size });
    update();
  }

  subscriptions.add(
    control.questions$.subscribe((asked) => {
      feed({ kind: 'control', sent: control.load.sent, asked: asked.length });
      if (asked.length > 0) life.next();
      update();
    }),
  );

  /** Requests of the host keep stdin open only against an end that was asked for: until then they need not be followed, which costs each of them. */
  function callerEnded(): void {
    subscriptions.add(control.load$.subscribe(({ sent, asked }) => feed({ kind: 'control', sent, asked: asked.length })));
    feed({ kind: 'caller-ended' });
  }

  return {
    get activity() {
      return activity;
    },
    get isQuiet() {
      return isQuiet();
    },
    quiet$: quiet.pipe(distinctUntilChanged()),
    phase$: phase.asObservable(),
    life$: life.asObservable(),
    inputEnded$: inputEnded.asObservable(),
    take(message) {
      // A heartbeat says that the process is there, not that it works.
      if (message.type === 'keep_alive') return;
      life.next();
      const next = stepActivity(activity, message, now());
      if (awaitsFirst) {
        awaitsFirst = false;
        if (next === activity) update();
      }
      setActivity(next);
    },
    turns(count) {
      if (count > 0 && open === 0 && !activity.running) awaitsFirst = true;
      if (count === 0) awaitsFirst = false;
      open = count;
      feed({ kind: 'turns', open });
      update();
    },
    callerEnded,
    expect: () => setActivity({ ...activity, expecting: true }),
    dispose() {
      followUp?.unsubscribe();
      subscriptions.unsubscribe();
      phase.complete();
      quiet.complete();
      life.complete();
      inputEnded.complete();
    },
  };
}
