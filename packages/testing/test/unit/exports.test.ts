import { expect, test } from 'vitest';
import * as root from '@subwire/testing';
import * as arbitraries from '@subwire/testing/arbitraries';
import * as vitestEntry from '@subwire/testing/vitest';

const namesOf = (entry: object): readonly string[] => Object.keys(entry).sort();

test('the root exports what is written here, and nothing else', () => {
  expect(namesOf(root)).toEqual([
    'FakeApiError',
    'MockProcess',
    'ProbeError',
    'ProcessGuardError',
    'ScenarioError',
    'TranscriptError',
    'createTranscriptRedactor',
    'descendantsOf',
    'describeProcess',
    'fakeCli',
    'guardSupport',
    'identityOf',
    'isAlive',
    'marbles',
    'mockSpawner',
    'parseScenario',
    'parseTranscript',
    'playScenario',
    'probe',
    'readProcess',
    'readTranscript',
    'recordTranscript',
    'replayTranscript',
    'startFakeApi',
    'stepsOf',
    'trackProcesses',
    'untilGone',
  ]);
});

test('the arbitraries entry exports what is written here, and nothing else', () => {
  expect(namesOf(arbitraries)).toEqual([
    'awkwardTexts',
    'chunkedLines',
    'chunkings',
    'contentBlocks',
    'frameKinds',
    'frames',
    'histories',
    'jsonObjects',
    'jsonValues',
  ]);
});

test('the vitest entry exports what is written here, and nothing else', () => {
  expect(namesOf(vitestEntry)).toEqual(['processMatchers', 'useFakeApi', 'useProcessGuard']);
});
