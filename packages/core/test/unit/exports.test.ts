import { expect, test } from 'vitest';
import * as core from '@subwire/core';
import * as operators from '@subwire/core/operators';

test('the root exports what is written here, and nothing else', () => {
  expect(Object.keys(core).sort()).toEqual([
    'ClosedError',
    'ConfigError',
    'ControlError',
    'ExitError',
    'LaunchError',
    'LimitError',
    'ProtocolError',
    'ResultError',
    'SubwireError',
    'addUsage',
    'channels',
    'classify',
    'createClaudeCodeSpawner',
    'createHostFolder',
    'createTransport',
    'credentialVariables',
    'digestOf',
    'emptyUsage',
    'errorCodes',
    'isBlock',
    'isSystem',
    'loadControlSchemas',
    'loadWireSchemas',
    'locateCli',
    'openControl',
    'openSession',
    'posixProfile',
    'probeContainment',
    'query',
    'redact',
    'redactText',
    'supportedVersions',
    'windowsProfile',
  ]);
});

test('the operators entry exports what is written here, and nothing else', () => {
  expect(Object.keys(operators).sort()).toEqual([
    'decodeLines',
    'defaultPatterns',
    'detectPatterns',
    'ofType',
    'resumable',
    'textLines',
    'textOf',
    'toUsage',
    'untilResult',
  ]);
});
