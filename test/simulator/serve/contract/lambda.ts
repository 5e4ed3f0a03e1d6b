import type { Story } from './story.ts';

const FunctionName = 'echo';

export const lambda: Story = {
  service: 'lambda',
  steps: [
    ['ListFunctions', { MaxItems: 1 }],
    ['GetFunction', { FunctionName }],
    ['GetFunctionConfiguration', { FunctionName, Qualifier: '$LATEST' }],
    ['Invoke', { FunctionName, Payload: '{"hello":"you"}' }],
    ['Invoke', { FunctionName, Payload: '{"fail":"Broken"}', LogType: 'Tail' }],
    ['Invoke', { FunctionName, InvocationType: 'DryRun' }],
    ['Invoke', { FunctionName, InvocationType: 'Event', Payload: '{}' }],
    ['ListEventSourceMappings', { FunctionName }],
    [
      'GetEventSourceMapping',
      ({ answer }) => {
        const { EventSourceMappings } = answer<{ EventSourceMappings: { UUID: string }[] }>('ListEventSourceMappings');
        return { UUID: EventSourceMappings[0]?.UUID };
      },
    ],
  ],
};
