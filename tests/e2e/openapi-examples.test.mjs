// X16: every request that docs/openapi.json shows works as copied, and is answered as it says.
import assert from 'node:assert/strict';
import test from 'node:test';
import { within } from './lib/deadline.mjs';
import { withUploads } from './lib/config.mjs';
import { newKey, token } from './lib/jwt.mjs';
import { Ids, operations, send } from './lib/openapi.mjs';
import { startServer } from './lib/server.mjs';
import { JsonSocket } from './lib/websocket.mjs';

const byId = new Map(operations.map((each) => [each.id, each]));

// The order in which a reader would try them: what a request needs, an earlier one has made. Each row is a caller and its operations.
const key = newKey('HS256');
const callers = {
  nobody: {},
  ann: { authorization: 'Bearer dev:ann:pro' },
  mark: { authorization: 'Bearer dev:mark:premium' },
  jane: { authorization: 'Bearer dev:jane:enterprise' },
  olga: { authorization: `Bearer ${token(key, { sub: 'olga', roles: ['operator'], exp: 2 ** 32 })}` },
};
const order = [
  ['nobody', 'health readiness metrics readChatMetrics description pages coachDocs'],
  ['ann', 'openSession closeSession'],
  ['ann', 'requestAssistant'],
  ['olga', 'listRuns cancelRun'], // while one is running
  ['ann', 'streamAssistantResponse cancelAssistantRequest deleteAssistantConversation'],
  ['ann', 'listChatModels startChat createTicket streamChat readChatHistory listChats reactToMessage takeBackReaction changeChat chooseBranch exportChat cancelChat'],
  ['ann', 'useChat resumeUseChat useChatMessages stopUseChat useChatSocket'],
  ['ann', 'deleteChat deleteChats'],
  ['nobody', 'listPersonas startPersonaSession streamPersonaAnswer joinPersonaStream askPersona openPersonaSocket cancelPersonaAnswer deletePersonaSession coach'],
  ['mark', 'getCoachQuota askBasicCoach streamCoaching cancelCoachQuestion askPremiumCoach deleteCoachConversation'],
  ['mark', 'uploadFile listUploads getUpload downloadUpload putContext getContext getGradePyramid getTrainingTrends getPerformance deleteUpload'],
  ['ann', 'getProfile putProfile createGoal listGoals getGoal changeGoal createMeeting listMeetings getMeeting changeMeeting'],
  ['ann', 'importCalendar exportCalendar renewCalendarFeed getCalendarFeed readCalendarFeed revokeCalendarFeed deleteMeeting'],
  ['olga', 'changeUser'], // to the phase in which the coach is always there
  ['ann', 'getCoachAccess sendToCoach getCoachHistory openCoachSocket clearCoachHistory deleteGoal'],
  ['jane', 'listModels retrieveModel createChatCompletion readChatCompletion readEvents readText cancelChatCompletion'],
  ['jane', 'createMessage readMessage countMessageTokens cancelMessage'],
  ['jane', 'createResponse readResponse listResponseInputItems cancelResponse deleteResponse'],
  ['jane', 'agUiRun agUiMessages agUiStop agUiDelete'],
  ['olga', 'listUsers getUser getUserUsage getUsage addClimbs sendNotice revoke listRevocations unrevoke readAudit'],
  ['olga', 'rotateUploads uploadRotation eraseUser'],
  ['jane', 'deleteMe'],
].flatMap(([who, names]) => names.split(' ').map((name) => ({ who, name })));

test('X16: no example is missing, and each is as its schema says', () => {
  assert.deepEqual(operations.flatMap(({ gaps }) => gaps), []);
});

test('X16: each operation of the description is tried below, once', () => {
  assert.deepEqual(order.map(({ name }) => name).sort(), operations.map(({ id }) => id).sort());
});

test('X16: the requests of the examples work as copied', { timeout: 120000 }, async (t) => {
  const options = withUploads({ config: '[[auth.keys]]\nenv = "E2E_KEY"\nalg = "HS256"\n', env: { E2E_KEY: key.secret } });
  const server = await startServer(t, options);
  const ids = new Ids();
  const failures = [];
  for (const { who, name } of order) {
    const operation = byId.get(name);
    const headers = callers[who];
    for (const request of operation.requests(ids.real)) {
      try {
        if (operation.success.status === 101) await connect(server, request, headers);
        else {
          const content = await send(operation, request, { port: server.port, headers, isEndless: name === 'streamCoaching' });
          ids.learn(operation, content);
        }
      } catch (error) {
        failures.push(`${error.message}`);
      }
    }
  }
  assert.deepEqual(failures, []);
});

async function connect(server, request, headers) {
  const socket = new JsonSocket(server, request.path, { headers: { ...headers, ...request.headers } });
  await within(5000, `${request.path} opens`, socket.opened);
  socket.socket.terminate();
}
