// Generated from docs/openapi.json by `npm run generate`. Do not edit.

export interface paths {
    "/assistant/request": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start a run
         * @description Answers at once; the work goes on whether or not somebody watches. With an `Idempotency-Key` the same request may be sent again safely: it gives the same `request_id`, and is paid for once.
         *
         *     A request that nobody opens within 5 minutes (by default) is cancelled.
         */
        post: operations["requestAssistant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assistant/stream/{request_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the answer as it is written
         * @description Server-sent events, from the start of the log or from just after `Last-Event-ID`. Any number of clients may read at once, join late and come back.
         *
         *     Once the last event has been seen, asking again answers 204, so that `EventSource` stops. A comment is sent at least every 15 s (by default) when there is nothing else to say.
         *
         *     `status` with `restarted` means: drop the text so far, it is being written anew.
         */
        get: operations["streamAssistantResponse"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assistant/request/{request_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Cancel a run
         * @description At any stage and however often. The provider's connection is closed, what was written so far is kept, and every stream of the run ends with `error` code `cancelled`.
         */
        delete: operations["cancelAssistantRequest"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/assistant/conversation/{conversation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a conversation
         * @description For good, with its messages, events and answers. An answer that is being written is stopped first. May be repeated.
         */
        delete: operations["deleteAssistantConversation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask, ask again, or go on
         * @description Stores the message, starts the answer and names the session under which it is read. A session lasts 10 minutes and allows 10 requests (by default); send `sessionId` to use it again. A `chatId` may be invented by the client; one that is not known yet begins a chat. `modelId` may be left out: then the model that was chosen for the session or the chat answers, else the configured one, else the first that the caller may use.
         *
         *     The messages of a chat are a tree. `regenerate` makes another answer beside an old one, `edit` another question beside an old one (with its `prompt`), and `continue` goes on with an answer that was cut off (`finish: length`) or stopped. The new branch is then the one that is shown; `PUT /api/chat/{chatId}/branch` chooses another. An answer that is still being written gives 409: wait until it has ended, or stop it. A regenerated answer never comes from the cache; `cache: "bypass"` asks for the same of any other request.
         *
         *     A prompt that is a command and nothing else (`/help` lists them, `/model` and `/persona` take one word) is answered before the model, as a stream like any answer; so is a single word behind a slash that is no command. Every other prompt goes to the model, also one that begins with a slash: `/clear the cache: how?`. `//help` sends `/help` to the model. Commands need no model that the caller's tier allows, but for `/summary`.
         *
         *     With `restarts` (or `?restarts=1`) the client says that it can drop the text so far: an answer that a crash cut off, and that its model cannot go on with, is then written anew behind a `restarted` message. Without it such an answer ends with an error, and what was said is kept.
         */
        post: operations["startChat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the newest answer of a session or a chat as it is written
         * @description Give `sessionId` or `chatId`. By `chatId` the answer is found from any device of its user.
         *
         *     Server-sent events without names, for `EventSource`'s `onmessage`, from the start or from just after `Last-Event-ID`. Any number of clients may read at once, join late and come back; a reader who stood in an earlier answer of the session goes on in that one. By `chatId` this is true of the newest ten answers of the chat, whatever their session: the ids of such a stream name the answer itself, and an id of an answer that is not among them, or was removed, gives 410.
         *
         *     Once the last message has been seen, asking again answers 204, so that `EventSource` stops.
         */
        get: operations["streamChat"];
        put?: never;
        post?: never;
        /**
         * Stop the answer of a session or a chat
         * @description At any stage, however often, from any device. What was said is kept, and marked. By `chatId`, all answers of the chat that are being written.
         */
        delete: operations["cancelChat"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Messages of a chat, a project or a task
         * @description Give one of `chatId`, `projectId` and `taskId`. The newest page comes first, each page in the order in which things were said; `nextCursor` leads to the page before. Messages that arrive meanwhile move nothing. Of a chat, only the chosen branch is listed: `parentId` and `siblings` say where others are. `running` names an answer that is being written, and the session under which it is read.
         */
        get: operations["readChatHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The models that the caller may use */
        get: operations["listChatModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/messages/{id}/reaction": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Like or dislike an answer */
        put: operations["reactToMessage"];
        post?: never;
        /** Take the reaction back */
        delete: operations["takeBackReaction"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/{chatId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a chat
         * @description For good, with everything made of it: messages of all branches, title, events, cached answers, sessions. An answer that is being written is stopped first. Nothing comes back, not by a crash either. May be repeated.
         */
        delete: operations["deleteChat"];
        options?: never;
        head?: never;
        /**
         * Rename, archive or pin a chat
         * @description Give at least one of the three. A title is made from the first question until it is set; an empty one is made from the next question again.
         */
        patch: operations["changeChat"];
        trace?: never;
    };
    "/api/chat/{chatId}/branch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Show another branch
         * @description The branch that holds this message, to its newest end. History, export and the next prompt follow it.
         */
        put: operations["chooseBranch"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/{chatId}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A chat as a document
         * @description Streamed as it is rendered, so that a long chat costs no memory. PDF shows every script and formats Markdown: headings, lists, tables, code, links. A user may have 2 exports at once, all users 20 (by default); an export that takes longer than 10 minutes is cut off.
         */
        get: operations["exportChat"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's chats
         * @description What changed last comes first. Archived chats are listed apart.
         *
         *     With `q`, only the chats in which the words were found, the best first, each with `match`. There is one page. A chat is found when its title, or one of its messages on any branch, has all words. Case and diacritics do not matter. The last word may be the beginning of a longer one. In scripts without spaces between words, a word may be anywhere in a run of characters. Of long messages, the first 128 KiB are searched; of words that are in thousands of messages, the newest messages are compared.
         */
        get: operations["listChats"];
        put?: never;
        post?: never;
        /**
         * Delete all chats of the caller
         * @description For good: answers that are being written are stopped first, and nothing comes back. May be repeated.
         */
        delete: operations["deleteChats"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete everything of the caller
         * @description On all surfaces, for good: chats, messages, sessions, events, cached answers; what was used stays in the totals without a name. Running answers stop. The id may be used again and finds nothing.
         */
        delete: operations["deleteMe"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The metrics, where the chat surface is expected to have them
         * @description On the operations listener for everybody who reaches it. On the main one for this machine only, and for nothing that a proxy passed on, unless `process.metrics_for_all` is set.
         */
        get: operations["readChatMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start a session
         * @description A session remembers what was said in it. It belongs to the user who is signed in. With `persona.anonymous` (on in development mode) a caller without credentials is believed to be `user_id`, and knowing the session's id opens it.
         *
         *     An unknown persona is the default one, and a `notice` says so.
         *
         *     Callers without credentials are limited by their address, not by `user_id`.
         */
        post: operations["startPersonaSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the session's newest answer
         * @description From its start, or from just after `Last-Event-ID`, which also leads to an earlier answer of the session. Any number of clients may read at once and join late.
         */
        get: operations["joinPersonaStream"];
        put?: never;
        /**
         * Ask, and read the answer as it is written
         * @description Unnamed server-sent events: `{"token"}` …, then `{"done":true}` or `{"error":{"code","message"}}`. `id:` lines are sent only to a client that names `text/event-stream` in `Accept`; comments and `retry:` stand in blocks of their own.
         *
         *     With `Last-Event-ID` the stream goes on just after that event and nothing new is asked: the message is not looked at. After the end that is 204.
         *
         *     The whole conversation goes to the model, trimmed to its window by whole turns from the oldest.
         */
        post: operations["streamPersonaAnswer"];
        /**
         * Cancel what the session is answering
         * @description Fine however often, and when nothing runs. The stream ends with `error` code `cancelled`.
         */
        delete: operations["cancelPersonaAnswer"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat/ws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The session over a WebSocket
         * @description A WebSocket handshake (RFC 6455, version 13; no extensions). Each message is a JSON object with a `type`. The client sends `message` (`content`, and if it likes `breathing` and `idempotency_key`), `resume` (`last_event_id`), `cancel`, `ping` and `typing`. The server sends `connected`, `token`, `restarted`, `done` and `error` with the ids of the SSE stream, `error` without an id for a message that it refuses, and `pong`. One answer at a time. With `last_event_id`, or by `resume`, the socket shows what follows that event, and then the later answers of the session; without it, the newest answer if it is still being written.
         *
         *     Browsers open WebSockets for pages of any site: an `Origin` that is neither the server's own nor in `server.cors.allowed_origins` gives 403. `?token=` is accepted, but ends up in logs: a ticket is better. The close codes are in docs/WEBSOCKET.md.
         */
        get: operations["openPersonaSocket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a session
         * @description For good, with its messages, events and answers. An answer that is being written is stopped first. May be repeated.
         */
        delete: operations["deletePersonaSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat/message": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask, and get the whole answer
         * @description As `POST /chat/stream`, for clients that do not stream. An answer that failed is the problem that it failed with. When the client closes its connection before the answer is whole, the answer is cancelled, unless somebody else reads it or the request has an `Idempotency-Key`.
         */
        post: operations["askPersona"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat/personas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who there is */
        get: operations["listPersonas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/coach": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * One short line for this breath
         * @description Stateless. The measurements come to a breathing level: `intensity` below 0.25 is `calm`, below 0.55 `moderate`, below 0.8 `heavy`, else `breathless`; a `tempo` of 45 or more raises it by one, so does a `volume` below 0.2 while it is heavy or more, and a `silence` of 5 s or more lowers it by one.
         *
         *     The line is one of the configured ones for level and phase; or the model's, with `persona.coach = "provider"`, and a configured one where that fails or is late (`source` says which).
         */
        post: operations["coach"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the answers to all your questions
         * @description Server-sent events, without an end: everything that happens to the caller's questions, in all open tabs. A stream without a position begins with what is new, and with the questions that are being answered, from their beginning. With `Last-Event-ID` (or the `stream` of an accepted question) it goes on just after that event.
         *
         *     The stream begins with a block that has only an `id`: `EventSource` remembers it, so that nothing is missed before the first event.
         *
         *     A channel keeps its newest events. If those after the given position are no longer kept, the stream begins with an event `reset`, and then with all that is kept.
         *
         *     Premium users also get `partial_response`: whole paragraphs or sentences, as they are written. Together they are the text of `response`.
         */
        get: operations["streamCoaching"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat/basic": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask the coach
         * @description Answered by one concise paragraph, which comes on `/stream`. With an `Idempotency-Key` the same question may be sent again safely.
         *
         *     Basic users have 10 questions in a calendar month (UTC) by default. The 11th is refused with `quota_exceeded`, here and by an `error` on the stream. A question counts when it was answered, or cancelled after its first word; failed ones do not.
         */
        post: operations["askBasicCoach"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat/premium": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask the coach for a detailed plan
         * @description For Premium users. A file of climbs (CSV, TXT or JSON) may come with the question; it is kept encrypted, like one of `POST /api/uploads`. The answer comes on `/stream`: in parts while it is written, then as a whole. With an `Idempotency-Key` the same question may be sent again safely.
         */
        post: operations["askPremiumCoach"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat/quota": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is left of the month's questions
         * @description A question that is being answered counts as used. Premium users have no quota.
         */
        get: operations["getCoachQuota"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat/request/{request_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Cancel a question
         * @description At any stage and however often. The provider's connection is closed, and the question ends on `/stream` with an `error` of the code `cancelled`.
         */
        delete: operations["cancelCoachQuestion"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat/conversation/{conversation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a conversation
         * @description For good, with its questions and answers. A question that is being answered is stopped first. What was shown on `/stream` stays there until it is too old. May be repeated.
         */
        delete: operations["deleteCoachConversation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A ticket for one stream
         * @description For `EventSource`, which cannot send an `Authorization` header: put the ticket into the address as `?ticket=`. It is good for one user and one stream, must first be used within 30 s (by default), and is good from then on for reconnects to that stream alone, until `auth.ticket_lifetime` is over or its token has expired for longer than `auth.stream_grace`. Only a request that finds its stream uses it.
         */
        post: operations["createTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in with a cookie
         * @description The token of the `Authorization` header becomes an `HttpOnly` cookie, until the token's own end; `Secure` whenever the page came over TLS.
         */
        post: operations["openSession"];
        /** Take the cookie away */
        delete: operations["closeSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Does the process live? */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Should it be sent new work? */
        get: operations["readiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures for Prometheus
         * @description On the operations listener for everybody who reaches it. On the main one for this machine only, and for nothing that a proxy passed on, unless `process.metrics_for_all` is set.
         */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description */
        get: operations["description"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description as a page */
        get: operations["pages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Users by name
         * @description A user is there from the first settled answer on, or from the first change that an operator makes.
         */
        get: operations["listUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One user */
        get: operations["getUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a user's tier or phase
         * @description The tier counts for tokens without a tier of their own. null removes. An unknown field is an error.
         */
        patch: operations["changeUser"];
        trace?: never;
    };
    "/api/admin/users/{name}/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Remove a user for good
         * @description Everything that is kept of the user, on all surfaces. Running answers stop. Only the audit log keeps the name. May be repeated.
         */
        post: operations["eraseUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{name}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a user has used */
        get: operations["getUserUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was used, and what it cost
         * @description From the ledger, which goes back as far as `store.ledger_kept`. Slash commands do not count. A user whose name begins with a space was not signed in.
         */
        get: operations["getUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Answers in progress
         * @description Newest first.
         */
        get: operations["listRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Cancel an answer
         * @description Its streams end with `cancelled`. Repeatable.
         */
        delete: operations["cancelRun"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/revocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Revocations in effect */
        get: operations["listRevocations"];
        put?: never;
        /**
         * End the access of a user or of a token
         * @description Of a user: all tokens that were issued until now, and all without `iat`; a token that is issued later signs the user in. Sign-in is answered 401 `revoked`, and open streams end with it at once. Answers in progress go on.
         */
        post: operations["revoke"];
        /** Lift a revocation */
        delete: operations["unrevoke"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show a notice to everybody
         * @description To all open connections of the goal coach, now. In the audit log as `notice.send`.
         */
        post: operations["sendNotice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed what, and when
         * @description Newest first.
         */
        get: operations["readAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's uploads
         * @description Newest first.
         */
        get: operations["listUploads"];
        put?: never;
        /**
         * Upload a file of climbs
         * @description CSV (with a `grade` column), TXT or JSON, in UTF-8. The file is read and checked while it arrives; its name ends in .csv, .txt or .json and says the format. Send it as a form with `file`, or as the whole body with `filename` in the query or in a Content-Disposition. For the premium tier.
         *
         *     It is stored encrypted: its name, its content, and what is computed from it. A file that is refused leaves nothing.
         */
        post: operations["uploadFile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/uploads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An upload and its statistics
         * @description 500: what is stored was changed or is incomplete. 503: the server lacks the key.
         */
        get: operations["getUpload"];
        put?: never;
        post?: never;
        /**
         * Delete an upload for good
         * @description Repeatable: 204 also if there is none.
         */
        delete: operations["deleteUpload"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/uploads/{id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The file as it was uploaded
         * @description All of it is decrypted and checked before the first byte is sent.
         */
        get: operations["downloadUpload"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/uploads/rotation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which keys have encrypted how many uploads
         * @description And whether a rotation is running.
         */
        get: operations["uploadRotation"];
        put?: never;
        /**
         * Encrypt all uploads with the current key
         * @description One after the other, while the server runs; after a crash it goes on at the next start. Repeatable. In the audit log as `uploads.rotate`.
         */
        post: operations["rotateUploads"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/context": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is known about the caller
         * @description The document as it was put, or as your product serves it (`context.url`). It holds personal data; the coach's model sees it without.
         */
        get: operations["getContext"];
        /**
         * Replace what is known about the caller
         * @description At most `context.max_document` bytes and `context.max_climbs` climbs. An error names the field and says what to change. 409 if your product keeps the documents (`context.url`).
         */
        put: operations["putContext"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/visualizations/grade-pyramid": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's climbs by grade
         * @description Without climbs, the lists are empty.
         */
        get: operations["getGradePyramid"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/visualizations/training-trends": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's climbs by month, and the trend
         * @description Without climbs, the lists are empty.
         */
        get: operations["getTrainingTrends"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/visualizations/performance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's hardest grades and send rate by month
         * @description Without climbs, the lists are empty.
         */
        get: operations["getPerformance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chat/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the coach is available
         * @description While a user sets goals (`goal_setting`) it always is; while tracking, from 30 minutes before a meeting to 60 minutes after its end (`goal_coach.access_opens_before`, `goal_coach.access_closes_after`).
         */
        get: operations["getCoachAccess"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chat/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The conversation with the coach
         * @description The newest page first; within a page the oldest message first.
         */
        get: operations["getCoachHistory"];
        put?: never;
        post?: never;
        /**
         * Delete the conversation
         * @description For good, also what sockets could resume. An answer under way is cancelled first. Open sockets are closed with 4007 and find an empty channel. Repeatable.
         */
        delete: operations["clearCoachHistory"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chat/send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask, and get the whole answer
         * @description For clients without a WebSocket; open sockets of the user see the answer, too. One message at a time for each user. After `goal_coach.send_wait` the response is 504. Then, and when the client closes its connection before the answer is whole, the answer is cancelled, unless a socket of the user shows it or the request has an `Idempotency-Key`.
         */
        post: operations["sendToCoach"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/chat/ws": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Talk to the coach over a WebSocket
         * @description Each message is a JSON object with a `type`.
         *
         *     From the client: `message` {content, key?}, `ping`, `typing`, `resume` {position}, `cancel`. A message with a `key` may be sent again: it is asked once, and `accepted` {key, message_id} says so.
         *
         *     From the server: `connected` {content, user_phase, meeting_id, position}, `typing` {content}, `response_chunk` {content, is_complete: false}, `response` {content, message_id, is_complete: true, tokens_used}, `error` {content, error}, `pong`, `access` (as GET /api/v1/chat/access), `notice` {content} from an operator, `resumed` and `reset` {position}. What belongs to an answer also has its `message_id` and a `position`.
         *
         *     All sockets of a user show the same. To continue exactly behind a message after a reconnect, send its position: with `position` in the address, or in `resume`; then ignore what comes before `resumed` or `reset`. `reset` says that what followed is not kept any more: drop what you have. Close codes say whether to reconnect: docs/WEBSOCKET.md.
         */
        get: operations["openCoachSocket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The API pages
         * @description Leads to /docs.
         */
        get: operations["coachDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's profile and phase
         * @description A user sets goals (`goal_setting`) until a goal is active and a meeting is scheduled; then tracking begins. An operator may set any phase. Every change is listed, the newest first.
         */
        get: operations["getProfile"];
        /**
         * Replace the profile
         * @description What is left out is removed. The phase cannot be set here.
         */
        put: operations["putProfile"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/goals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's goals
         * @description Newest first.
         */
        get: operations["listGoals"];
        put?: never;
        /**
         * Add a goal
         * @description It is active unless `status` says otherwise. The coach is told up to five active goals.
         */
        post: operations["createGoal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/goals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One goal
         * @description Of the caller.
         */
        get: operations["getGoal"];
        put?: never;
        post?: never;
        /**
         * Delete a goal
         * @description Repeatable.
         */
        delete: operations["deleteGoal"];
        options?: never;
        head?: never;
        /**
         * Change a goal
         * @description What is left out stays as it is.
         */
        patch: operations["changeGoal"];
        trace?: never;
    };
    "/api/v1/meetings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's meetings
         * @description By their start.
         */
        get: operations["listMeetings"];
        put?: never;
        /**
         * Add a meeting
         * @description While tracking, the coach is available around meetings.
         */
        post: operations["createMeeting"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/meetings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One meeting
         * @description Of the caller.
         */
        get: operations["getMeeting"];
        put?: never;
        post?: never;
        /**
         * Delete a meeting
         * @description Repeatable.
         */
        delete: operations["deleteMeeting"];
        options?: never;
        head?: never;
        /**
         * Change a meeting
         * @description What is left out stays as it is.
         */
        patch: operations["changeMeeting"];
        trace?: never;
    };
    "/api/v1/calendar/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Import an iCalendar file
         * @description Each instance of a recurring event becomes a meeting. Meetings that were imported before are changed, by UID and instance. All of it or nothing. Events that cannot be used are skipped and reported.
         */
        post: operations["importCalendar"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calendar/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The meetings as an iCalendar file
         * @description All of the caller's meetings, cancelled ones too.
         */
        get: operations["exportCalendar"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calendar/feed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether there is a secret address
         * @description The address itself is shown only when it is made.
         */
        get: operations["getCalendarFeed"];
        put?: never;
        /**
         * Make a secret address
         * @description Calendar programs can subscribe to it. An earlier address ends.
         */
        post: operations["renewCalendarFeed"];
        /**
         * End the secret address
         * @description Repeatable.
         */
        delete: operations["revokeCalendarFeed"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/calendar/feeds/{secret}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The calendar at a secret address
         * @description For calendar programs: needs no sign-in.
         */
        get: operations["readCalendarFeed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask, as OpenAI's clients do
         * @description Stateless: the messages are all that the model gets. Each request is a run of its own that can be read again by its id.
         *
         *     Members that are not known are ignored. `n` other than 1, `logprobs` and audio are refused.
         *
         *     When the client closes its connection, the answer ends after `openai.unwatched`, unless the request has an `Idempotency-Key` or `store: true`. A retry that an SDK makes by itself (`x-stainless-retry-count` of 1 or more, the same body) gets the answer that is already being made.
         */
        post: operations["createChatCompletion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/completions/{completion_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an answer again, or its rest
         * @description Without `stream` the whole answer; the response waits for its end. With it the chunks: from the beginning, behind the first `starting_after` chunks, or behind an event. `EventSource` signs in with a ticket.
         */
        get: operations["readChatCompletion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chat/completions/{completion_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End an answer
         * @description Every reader of it gets an error. Succeeds for an answer that has ended.
         */
        post: operations["cancelChatCompletion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask, as OpenAI's clients do by default
         * @description The input, behind that of `previous_response_id`, is all that the model gets. A response is kept for the retention of its run: it can be read again, polled, resumed and cancelled by its id, also without `background`.
         *
         *     Members that are not known are ignored. `conversation`, `prompt`, `top_logprobs`, `truncation: "auto"` and tools other than functions are refused.
         *
         *     When the client closes its connection, the answer ends after `openai.unwatched`, unless the request has an `Idempotency-Key` or `background: true`. A retry that an SDK makes by itself (`x-stainless-retry-count` of 1 or more, the same body) gets the answer that is already being made.
         */
        post: operations["createResponse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/{response_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Poll a response, or read its events again
         * @description Without `stream` the response as it is now: `queued`, `in_progress`, or as it has ended. With it its events, the same each time: from the beginning, behind a number, or behind an event. `EventSource` signs in with a ticket.
         */
        get: operations["readResponse"];
        put?: never;
        post?: never;
        /**
         * Delete a response for good
         * @description Its input, its output and its events. One that is being made is cancelled first.
         */
        delete: operations["deleteResponse"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/{response_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a response
         * @description Any of yours, also one without `background`. What was answered is kept, and every reader sees the end. A response that had ended stays as it is.
         */
        post: operations["cancelResponse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/{response_id}/input_items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a response was given
         * @description The items of the input as they were given, behind those of the responses that it goes on with; instructions are not among them. Oldest first and all at once, unless the parameters say otherwise. A response keeps up to 256 KiB of items. Of a longer input, and of responses of earlier versions, the list has what the model was given.
         */
        get: operations["listResponseInputItems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The models that you may use
         * @description One answer for the SDKs of OpenAI and of Anthropic.
         */
        get: operations["listModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One of them */
        get: operations["retrieveModel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask, as Anthropic's clients do
         * @description Stateless: the messages are all that the model gets. Each request is a run of its own that can be read again by its id.
         *
         *     Members, headers and parameters that are not known are ignored, `anthropic-version` and `anthropic-beta` among them. Anthropic's own tools and `mcp_servers` are refused.
         *
         *     When the client closes its connection, the answer ends after `anthropic.unwatched`, unless the request has an `Idempotency-Key`. A retry that an SDK makes by itself (`x-stainless-retry-count` of 1 or more, the same body) gets the answer that is already being made.
         */
        post: operations["createMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages/count_tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * How many tokens a prompt has
         * @description An estimate at the upper end. Nothing is sent to a provider, and no limit counts it.
         */
        post: operations["countMessageTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages/{message_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an answer again, or its rest
         * @description Without `stream` the whole answer; the response waits for its end. With it the events: from the beginning, or behind an event. `EventSource` signs in with a ticket.
         */
        get: operations["readMessage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages/{message_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End an answer
         * @description Every reader of it gets an error. Succeeds for an answer that has ended.
         */
        post: operations["cancelMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ag-ui": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run, as an `HttpAgent` of AG-UI does
         * @description The body is a `RunAgentInput`. The whole list of messages is the truth: if it is shorter than the stored thread, the new turn stands beside what it does not have. It ends with a message of the user, or with results of tool calls, with which their answer goes on. System and developer messages and `context` follow the server's system prompt. `state`, `parentRunId` and `protocolVersion` are ignored.
         *
         *     The run goes on when its client leaves: `abortRun()` is a disconnect. `POST /ag-ui/{threadId}/stop` ends it. A `threadId` and `runId` that you have sent before attach to that run and give its events again, the same bytes each time, whatever else is in the body.
         */
        post: operations["agUiRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ag-ui/{threadId}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop what is being answered in a thread
         * @description For all its readers. What was said is kept. With a `runId` only that run is stopped.
         */
        post: operations["agUiStop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ag-ui/{threadId}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The messages that a page begins with
         * @description The chosen branch, newest 500 messages; ids are those of the events. Run `activeRunId` to attach to the answer that is being made. A thread that does not exist has no messages. Results of tool calls are not stored: they are the client's.
         */
        get: operations["agUiMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ag-ui/{threadId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a thread
         * @description For good, with everything made of it: messages of all branches, events, cached answers. An answer that is being written is stopped first. May be repeated.
         */
        delete: operations["agUiDelete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stream/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The events of an answer
         * @description Objects with an `offset` and a `type`: `started`, `stage`, `text`, `reasoning`, `tool_call_begin`, `tool_call_delta`, `tool_call`, `restarted`, `completed`, `failed`.
         */
        get: operations["readEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stream/{run_id}/text": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The bare text of an answer
         * @description As it grows. Over SSE it is in Base64 (`Stream-SSE-Data-Encoding`).
         */
        get: operations["readText"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{name}/climbs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add climbs to what is known about a user
         * @description `belay import` sends a logbook so. Climbs that are there already, in the same words, are not added again. 409 if your product keeps the documents (`context.url`).
         */
        post: operations["addClimbs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask, as `useChat` of the AI SDK does
         * @description The default path of `useChat`: with a cookie from `POST /auth/session` it needs no option. The chat is the same as those of `POST /api/chat/start`: same limits, same history, same export. The content type does not matter.
         *
         *     The answer goes on when its client leaves: `stop()` is a disconnect. `POST /api/chat/{id}/stop` ends it. `message` alone, instead of `messages`, takes the rest from the store.
         */
        post: operations["useChat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/{id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Resume the newest answer of a chat, as `useChat` does
         * @description From its start, with the same message id, so that a client rebuilds the message; with `Last-Event-ID` from just after that event; with `startIndex` from that chunk on.
         */
        get: operations["resumeUseChat"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop what is being answered in a chat
         * @description For all its tabs. What was said is kept. With an `activeStreamId` of another answer nothing happens.
         */
        post: operations["stopUseChat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The messages that a page begins with
         * @description The chosen branch, newest 500 messages; ids are those of the stream. `activeStreamId` is the answer that is being made: resume it. A chat that does not exist has no messages.
         */
        get: operations["useChatMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/chat/socket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A WebSocket for the AI SDK's WebSocketChatTransport
         * @description Messages are JSON objects with a `requestId`.
         *
         *     In: `send {id, messages, trigger, messageId?, body}`, `resume {id}`, `abort`. Out: `start`, `chunk {sequence, chunk}`, `end`, `error {errorText}`, `no-active`.
         *
         *     `abort` only detaches: the answer goes on. At most 16 requests at once, and messages of at most `chat.max_body`.
         */
        get: operations["useChatSocket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description The time in UTC, then a random UUID (version 4).
         * @example 20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
         */
        RequestId: string;
        /**
         * @description Opaque to clients: keep it, send it back. Strictly increasing within a stream.
         * @example 1-42
         */
        EventId: string;
        AssistantRequest: {
            /** @description The user's own words, with something to read in them: not only spaces and invisible characters. Control characters do not reach the model. At most 256 KiB by default. */
            prompt: string;
            /**
             * @description `generate` makes something new, `edit` changes what `context` holds, `chat` converses. Each has a rate limit of its own.
             * @enum {string}
             */
            mode: "generate" | "edit" | "chat";
            /** @description What the request is about, in the product's own terms. It reaches the model. Without NUL characters. */
            track_id?: string | null;
            /** @description Any JSON object. It reaches the model as data, never as instructions, and its numbers as they were written. */
            context?: Record<string, never> | null;
            /** @description Remember what was said: earlier messages of this conversation go to the model. An id that is not known yet begins one. Without it the request stands alone. */
            conversation_id?: string | null;
        };
        AssistantAccepted: {
            request_id: components["schemas"]["RequestId"];
            /** @constant */
            status: "queued";
        };
        /** @description One server-sent event. Names that you do not know are to be ignored. */
        AssistantEvent: components["schemas"]["StatusEvent"] | components["schemas"]["StageEvent"] | components["schemas"]["ResponseChunkEvent"] | components["schemas"]["ActionEvent"] | components["schemas"]["CompleteEvent"] | components["schemas"]["ErrorEvent"];
        /**
         * status
         * @description `event: status`. The run's state. `restarted`: drop the text so far.
         * @example {
         *       "status": "running"
         *     }
         */
        StatusEvent: {
            /** @enum {string} */
            status: "queued" | "running" | "restarted" | "completed" | "failed" | "cancelled" | "interrupted";
        };
        /**
         * stage
         * @description `event: stage`. What is being done now: `provider` the model is asked, `answer` it has begun to answer, `recovered` the run was taken up again after a crash, `fallback` the model failed and another answers in its stead, `cached` an earlier answer is given in its stead, `action_refused` the model asked for an action in a form that is not allowed.
         * @example {
         *       "stage": "provider"
         *     }
         */
        StageEvent: {
            /** @example provider */
            stage: string;
            /** @description With `action_refused`: its name. */
            action?: string;
            /** @description With `action_refused`: what is wrong with it. */
            reason?: string;
        };
        /**
         * response_chunk
         * @description `event: response_chunk`. A piece of the answer: append it.
         * @example {
         *       "content": "Because "
         *     }
         */
        ResponseChunkEvent: {
            content: string;
        };
        /**
         * action
         * @description `event: action`. Something that the client is to do; its arguments fit the schema that the configuration declares.
         * @example {
         *       "id": "call_1",
         *       "name": "add_clip",
         *       "arguments": {
         *         "seconds": 4
         *       }
         *     }
         */
        ActionEvent: {
            id: string;
            name: string;
            /** @description As the action's schema has it. */
            arguments: Record<string, never> | unknown[] | string | number | boolean | null;
        };
        /**
         * complete
         * @description `event: complete`. The whole answer once more; the stream ends here.
         */
        CompleteEvent: {
            request_id: components["schemas"]["RequestId"];
            content: string;
            finish: components["schemas"]["FinishReason"];
            usage: components["schemas"]["Usage"];
            actions: components["schemas"]["ActionEvent"][];
            appendix: components["schemas"]["AppendixItem"][];
        };
        /**
         * @description How the model ended its answer: `stop` (it is whole), `length` (it was cut off at its greatest length), `tool_calls` (it ended with actions), `content_filter` (the provider withheld the rest; the answer then ends as an error with the code `provider_content_filter`, and its text is kept).
         * @enum {string}
         */
        FinishReason: "stop" | "length" | "tool_calls" | "content_filter";
        /**
         * error
         * @description `event: error`. The run has failed or was cancelled; the stream ends here. Text that came before is kept.
         * @example {
         *       "code": "cancelled",
         *       "message": "The request was cancelled.",
         *       "retryable": false
         *     }
         */
        ErrorEvent: {
            code: components["schemas"]["ErrorCode"];
            message: string;
            /** @description Whether the same request may succeed later without a change. */
            retryable: boolean;
        };
        Usage: {
            /** @description All of the prompt, cached tokens included. */
            input_tokens: number;
            /** @description All that was generated, reasoning included. */
            output_tokens: number;
            cached_tokens: number;
            reasoning_tokens: number;
            /** @description Counted here, because the provider did not say, or not to the end. */
            estimated: boolean;
            /** @description What the answer cost by the catalogue's price, in US dollars. Missing when the model has no price. */
            cost_usd?: number;
        };
        /** @description A part of the answer that a client may want to show by itself. */
        AppendixItem: {
            /** @example code */
            type: string;
            /** @description As the answer names it; may be empty. */
            language: string;
            content: string;
        };
        /** @description Exactly one of both. */
        TicketRequest: {
            /** @description The path of the stream with its query, as it will be opened, without `ticket`: a ticket for another query opens nothing. */
            stream?: string;
            request_id?: components["schemas"]["RequestId"];
        };
        Ticket: {
            ticket: string;
            /** @description Seconds to its first use. */
            expires_in: number;
            /** @description The path, with its query, that the ticket opens. */
            stream: string;
        };
        Session: {
            user: string;
            tier: string;
            /** Format: date-time */
            expires: string;
        };
        Health: {
            /** @constant */
            status: "alive";
        };
        Readiness: {
            /** @enum {string} */
            status: "ready" | "starting" | "draining" | "store_unavailable";
            degraded?: string[];
        };
        /** @description RFC 9457. `code` is stable; `detail` is for people and says what to change. */
        Problem: {
            /** Format: uri */
            type: string;
            title: string;
            status: number;
            code: components["schemas"]["ErrorCode"];
            detail: string;
            /** @description The JSON field, parameter or header at fault. */
            field?: string;
            /** @description The name of the limit that was hit. */
            limit?: string;
            /** @description This exchange's name in the server's log; also in `X-Request-Id`. */
            request_id?: string;
        };
        /**
         * @description Stable: to be keyed on.
         * @enum {string}
         */
        ErrorCode: "invalid_request" | "unauthenticated" | "revoked" | "forbidden" | "not_found" | "method_not_allowed" | "not_acceptable" | "request_timeout" | "position_ahead" | "conflict" | "expired" | "position_lost" | "payload_too_large" | "uri_too_long" | "unsupported_media_type" | "unprocessable" | "idempotency_mismatch" | "headers_too_large" | "rate_limited" | "quota_exceeded" | "session_used_up" | "too_many_active" | "internal" | "not_implemented" | "answer_too_large" | "provider_rejected" | "provider_broken" | "server_full" | "draining" | "storage_full" | "unavailable" | "interrupted" | "provider_unavailable" | "provider_rate_limited" | "provider_timeout" | "deadline_exceeded" | "cancelled" | "provider_content_filter";
        /** @description Unguessable. */
        PersonaSessionId: string;
        PersonaStart: {
            /** @description Who asks. Signed in it may be left out; another user's is refused with 403. */
            user_id?: string;
            /** @description A name of `GET /chat/personas`; left out: the default one. */
            persona?: string;
        };
        PersonaSession: {
            session_id: components["schemas"]["PersonaSessionId"];
            persona: string;
            /** @description Another persona was asked for, and there is none of that name. */
            notice?: string;
            /** Format: date-time */
            expires_at: string;
        };
        PersonaAsk: {
            session_id: components["schemas"]["PersonaSessionId"];
            /** @description Not only spaces and invisible characters, and without NUL characters. */
            message: string;
            /**
             * @description How hard the user is breathing: told to a persona that adapts to it.
             * @enum {string}
             */
            breathing?: "calm" | "moderate" | "heavy" | "breathless";
        };
        PersonaEvent: {
            token: string;
        } | {
            /**
             * @description Drop the text so far. Only with `restarts=1`.
             * @constant
             */
            restarted: true;
        } | {
            /** @constant */
            done: true;
            finish?: components["schemas"]["FinishReason"];
        } | {
            error: {
                code: components["schemas"]["ErrorCode"];
                message: string;
            };
        };
        PersonaAnswer: {
            session_id: components["schemas"]["PersonaSessionId"];
            persona: string;
            message: string;
            usage: {
                input_tokens: number;
                output_tokens: number;
                estimated: boolean;
            };
        };
        PersonaList: {
            personas: {
                name: string;
                display_name: string;
                adapts_to_breathing: boolean;
            }[];
            default: string;
        };
        Breath: {
            /** @description How loud and hard the breath is. */
            intensity: number;
            /** @description How deep. */
            volume?: number;
            /** @description Breaths a minute. */
            tempo?: number;
            /** @description Seconds since a breath was last heard. */
            silence?: number;
            /**
             * @description Of the workout.
             * @enum {string}
             */
            phase: "warmup" | "main" | "cooldown";
            persona?: string;
            /** @description As for `POST /chat/start`; may be left out. */
            user_id?: string;
        };
        CoachLine: {
            line: string;
            /** @enum {string} */
            breathing: "calm" | "moderate" | "heavy" | "breathless";
            /** @enum {string} */
            phase: "warmup" | "main" | "cooldown";
            /** @enum {string} */
            source: "lines" | "provider";
            persona: string;
            notice?: string;
        };
        ChatStart: {
            /** @description From GET /api/chat/models. Left out: what the session or the chat has, else the default of the caller's tier. */
            modelId?: string;
            /** @description Not only spaces and invisible characters, and without NUL characters. Required, except with `regenerate` and `continue`, which take none. */
            prompt?: string;
            chatId?: string;
            sessionId?: string;
            projectId?: string;
            taskId?: string;
            /** @default false */
            restarts?: boolean;
            /** @description The id of an answer that is made again, or of a question that is answered again. */
            regenerate?: string;
            /** @description The id of a question; `prompt` takes its place on a new branch. */
            edit?: string;
            /** @description The id of an answer that was cut off or stopped. */
            continue?: string;
            /**
             * @description A new answer, whatever the cache has.
             * @enum {string}
             */
            cache?: "bypass";
        };
        ChatStarted: {
            sessionId: string;
            chatId: string;
            /** @description The question. Of a regenerated answer: the one that is answered again. */
            userMessageId: string;
            /** @description The answer, as `done` and the history name it. */
            messageId: string;
        };
        ChatEvent: {
            /** @constant */
            type: "typing";
        } | {
            /** @constant */
            type: "token";
            content: string;
        } | {
            /** @constant */
            type: "reasoning";
            content: string;
        } | {
            /** @constant */
            type: "done";
            /** @description The answer, as the history names it. */
            messageId?: string;
            finish?: components["schemas"]["FinishReason"];
            /**
             * @description An earlier, expired answer: the provider has failed (`cache.stale_if_error`).
             * @constant
             */
            source?: "stale";
        } | {
            /** @constant */
            type: "error";
            /** @description The answer, as the history names it. */
            messageId?: string;
            message: string;
            code: components["schemas"]["ErrorCode"];
            retryable: boolean;
        } | {
            /** @constant */
            type: "restarted";
        };
        ChatMessage: {
            id: string;
            chatId: string;
            /** @enum {string} */
            role: "user" | "assistant";
            content: string;
            /**
             * @description `complete`, or how the answer ended: what was said by then is kept.
             * @enum {string}
             */
            state: "complete" | "failed" | "cancelled" | "interrupted";
            /** @description Of an answer: how the model ended it. `null` where it did not get to an end. */
            finish?: components["schemas"]["FinishReason"] | null;
            /**
             * @description Commands and their answers are told to no model.
             * @enum {string}
             */
            kind: "chat" | "command";
            modelId?: string | null;
            projectId?: string | null;
            taskId?: string | null;
            /** Format: date-time */
            createdAt: string;
            /** @enum {string|null} */
            reaction?: "like" | "dislike" | null;
            /**
             * @description Only `generated` answers are charged.
             * @enum {string}
             */
            source?: "generated" | "shared" | "cached" | "ready" | "stale";
            usage?: {
                inputTokens?: number;
                outputTokens?: number;
                estimated?: boolean;
            };
            costUsd?: number;
            /** @description The message that this one follows. Only in the history of a chat; the first message has none. */
            parentId?: string;
            /** @description The messages in the same place on other branches, oldest first, this one included. Left out where there is no other. */
            siblings?: string[];
            /** @description What the model thought before its answer, where its entry says `reasoning = "show"`. */
            reasoning?: string;
        };
        ChatHistory: {
            chatId?: string;
            projectId?: string;
            taskId?: string;
            messages: components["schemas"]["ChatMessage"][];
            nextCursor: string | null;
            running?: components["schemas"]["RunningAnswer"];
        };
        Chats: {
            chats: components["schemas"]["Chat"][];
            nextCursor: string | null;
        };
        ChatModels: {
            tier: string;
            models: {
                id?: string;
                provider?: string;
                tier?: string | null;
                contextWindow?: number;
                maxOutput?: number;
                /** @description US dollars a million tokens. */
                price?: {
                    input?: number;
                    output?: number;
                };
            }[];
        };
        /** @description The newest answer that is being written. */
        RunningAnswer: {
            /** @description Null: asked with `POST /api/chat`, read it by its chat. */
            sessionId: string | null;
            messageId: string;
        };
        /** @description What a search found in the chat. */
        ChatMatch: {
            /** @description The message. Left out: it is the title. */
            messageId?: string;
            /** @description Its texts, one after the other, are a part of the title or message, on one line. It is plain text: show it as text, not as HTML. */
            snippet: {
                text: string;
                /** @description true: this was found. */
                match: boolean;
            }[];
        };
        Chat: {
            chatId?: string;
            title?: string;
            modelId?: string | null;
            persona?: string | null;
            projectId?: string | null;
            taskId?: string | null;
            /** Format: date-time */
            createdAt?: string;
            /** Format: date-time */
            updatedAt?: string;
            archived?: boolean;
            pinned?: boolean;
            running?: components["schemas"]["RunningAnswer"];
            match?: components["schemas"]["ChatMatch"];
        };
        ChatChange: {
            /** @description At most 200 bytes. */
            title?: string;
            archived?: boolean;
            pinned?: boolean;
        };
        ErasureReport: {
            chats: number;
            messages: number;
            answers: number;
            sessions: number;
            cachedAnswers: number;
            ledgerRows: number;
        };
        AdminUser: {
            name: string;
            /** @description Set by an operator; null: none. */
            tier: string | null;
            phase: string | null;
            /**
             * Format: date-time
             * @description When the first answer was asked for; null: never.
             */
            first_seen: string | null;
            /** Format: date-time */
            last_seen: string | null;
        };
        AdminUsers: {
            users: components["schemas"]["AdminUser"][];
            next_cursor: string | null;
        };
        AdminUserChange: {
            tier?: string | null;
            phase?: string | null;
        };
        AdminUsage: {
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
            by: string;
            usage: {
                /** @description Or `model`, `day` or `surface`: what `by` says. */
                user?: string;
                answers: number;
                /** @description Of these, given again or shared. */
                cached: number;
                input_tokens: number;
                output_tokens: number;
                cost_usd: number;
            }[];
            next_cursor: string | null;
        };
        AdminRuns: {
            runs: {
                run_id: components["schemas"]["RequestId"];
                user: string;
                surface: string;
                mode: string;
                model: string;
                conversation: string | null;
                /** Format: date-time */
                created: string;
                /** @enum {string} */
                state: "queued" | "running";
                /** @description Of the answer so far. */
                bytes: number;
                readers: number;
            }[];
            next_cursor: string | null;
        };
        /** @description With either `user` or `token_id`. */
        AdminRevocation: {
            user?: string;
            token_id?: string;
            /** Format: date-time */
            since: string;
            /** Format: date-time */
            expires: string;
            reason: string;
            revoked_by: string;
        };
        AdminRevocations: {
            revocations: components["schemas"]["AdminRevocation"][];
            next_cursor: string | null;
        };
        AdminRevoked: components["schemas"]["AdminRevocation"] & {
            ended_streams: number;
        };
        /** @description Either `user` or `token_id`. */
        AdminRevocationRequest: {
            user?: string;
            /** @description The token's `jti`. */
            token_id?: string;
            reason?: string;
            /** @description Seconds. Default: `auth.revocation_lifetime`. */
            expires_in?: number;
        };
        AdminAudit: {
            entries: {
                /** Format: date-time */
                when: string;
                who: string;
                action: string;
                target: string;
                details: Record<string, never>;
            }[];
            next_cursor: string | null;
        };
        CoachMetadata: {
            /**
             * Format: date-time
             * @description UTC.
             */
            timestamp: string;
            /** @description The code points of `text`; 0 without one. */
            response_length: number;
            /** @description Seconds since the question. */
            processing_time: number;
        };
        /** @description By the event's name: `processing`, `partial_response`, `response`, `upload_processed`, `visualization_suggestion`, `error`, `reset`. */
        CoachEvent: {
            /** @enum {string} */
            status: "Processing..." | "Still working—hang tight!";
            request_id?: components["schemas"]["RequestId"];
            conversation_id?: string;
            metadata: components["schemas"]["CoachMetadata"];
        } | {
            text: string;
            request_id?: components["schemas"]["RequestId"];
            conversation_id?: string;
            metadata: components["schemas"]["CoachMetadata"];
        } | {
            text: string;
            request_id?: components["schemas"]["RequestId"];
            conversation_id?: string;
            metadata: components["schemas"]["CoachMetadata"];
        } | {
            /** @description `Your CSV has been processed` */
            status: string;
            request_id?: components["schemas"]["RequestId"];
            conversation_id?: string;
            metadata: components["schemas"]["CoachMetadata"];
        } | {
            suggestion: string;
            url: string;
            request_id?: components["schemas"]["RequestId"];
            conversation_id?: string;
            metadata: components["schemas"]["CoachMetadata"];
        } | {
            error: string;
            code: components["schemas"]["ErrorCode"];
            request_id?: components["schemas"]["RequestId"];
            conversation_id?: string;
            metadata: components["schemas"]["CoachMetadata"];
        } | {
            reason: string;
        };
        CoachQuestion: {
            prompt: string;
            /** @description The conversation that the question belongs to: its earlier turns go to the coach, too. Left out: a new one. */
            conversation_id?: string;
        };
        CoachAccepted: {
            request_id: components["schemas"]["RequestId"];
            conversation_id: string;
            /** @constant */
            status: "processing";
            /** @description The path of the stream, from just before this question's first event. */
            stream: string;
        };
        CoachQuota: {
            tier: string;
            unlimited: boolean;
            limit: number | null;
            used: number | null;
            remaining: number | null;
            /** Format: date-time */
            renews: string | null;
        };
        UploadInfo: {
            id: string;
            /** Format: date-time */
            created_at: string;
            /**
             * @description It can not be decrypted; then there is no more of it.
             * @constant
             */
            unreadable?: true;
            filename?: string;
            /** @enum {unknown} */
            format?: "csv" | "txt" | "json";
            /** @description Bytes of the file. */
            size?: number;
        };
        UploadPeriod: {
            /** Format: date */
            first: string;
            /** Format: date */
            last: string;
            climbs: number;
            sent: number;
            not_sent: number;
            /** @description Of the climbs whose outcome is known; null: of none. */
            send_rate: number | null;
        };
        Upload: components["schemas"]["UploadInfo"] & {
            /** @description Rows of a CSV, lines of a text, values of a JSON. */
            records: number;
            statistics: {
                climbs: number;
                sent: number;
                not_sent: number;
                /** @description Of the climbs whose outcome is known; null: of none. */
                send_rate: number | null;
                unknown_grades: number;
                without_grade: number;
                grades: {
                    /** @example V5 */
                    grade: string;
                    /** @enum {unknown} */
                    system: "V-scale" | "Font" | "YDS" | "French";
                    climbs: number;
                    sent: number;
                    not_sent: number;
                    /** @description Of the climbs whose outcome is known; null: of none. */
                    send_rate: number | null;
                }[];
                /** @description The newest 24 that have climbs. */
                months: {
                    /** @example 2026-11 */
                    month: string;
                    climbs: number;
                    sent: number;
                    not_sent: number;
                    /** @description Of the climbs whose outcome is known; null: of none. */
                    send_rate: number | null;
                    hardest?: {
                        /** @example V5 */
                        grade: string;
                        /** @enum {unknown} */
                        system: "V-scale" | "Font" | "YDS" | "French";
                    };
                }[];
                dates?: components["schemas"]["UploadPeriod"];
                trend?: {
                    recent: components["schemas"]["UploadPeriod"];
                    previous: components["schemas"]["UploadPeriod"];
                    grades: {
                        /** @example V5 */
                        grade: string;
                        /** @enum {unknown} */
                        system: "V-scale" | "Font" | "YDS" | "French";
                        recent: {
                            climbs: number;
                            sent: number;
                            not_sent: number;
                            /** @description Of the climbs whose outcome is known; null: of none. */
                            send_rate: number | null;
                        };
                        previous: {
                            climbs: number;
                            sent: number;
                            not_sent: number;
                            /** @description Of the climbs whose outcome is known; null: of none. */
                            send_rate: number | null;
                        };
                    }[];
                };
            };
        };
        Uploads: {
            uploads: components["schemas"]["UploadInfo"][];
            next_cursor: string | null;
        };
        UploadRotation: {
            running: boolean;
            /** @description The id of the current key. */
            key: string | null;
            /** @description Uploads that another key has encrypted. */
            left: number;
            /** @description Of those, how many the last rotation could not open. */
            unreadable: number;
            other_keys: {
                key: string;
                uploads: number;
            }[];
        };
        /** @description Other members are kept, too. */
        Climb: {
            /**
             * @description V-scale, Font, YDS or French; others are counted as unknown.
             * @example V5
             */
            grade?: string;
            /** Format: date */
            date?: string;
            /** @description Or in words, also as `outcome`, `result`, `style`: "flash", "attempt". */
            sent?: boolean;
        } & {
            [key: string]: unknown;
        };
        ClimberContext: {
            /** @description In plain words. Left out: the coach gets one that is derived from climbs and goals. */
            summary?: string;
            climbs?: components["schemas"]["Climb"][];
            performance?: Record<string, never> | unknown[] | string;
            training?: Record<string, never> | unknown[] | string;
            health?: Record<string, never> | unknown[] | string;
            goals?: Record<string, never> | unknown[] | string;
            uploads?: Record<string, never> | unknown[] | string;
        };
        GradePyramid: {
            /** @enum {string} */
            view: "grade-pyramid";
            systems: {
                /** @enum {string} */
                system: "V-scale" | "Font" | "YDS" | "French";
                /** @description From hard to easy. */
                grades: {
                    grade: string;
                    /** @description Also those whose outcome is not known. */
                    climbs: number;
                    sent: number;
                    not_sent: number;
                }[];
            }[];
            unknown_grades: number;
        };
        TrainingTrends: {
            /** @enum {string} */
            view: "training-trends";
            /** @description Months with climbs, in order of time. */
            months: {
                month: string;
                /** @description Also those whose outcome is not known. */
                climbs: number;
                sent: number;
                not_sent: number;
            }[];
            /** @description null if the dates span less than 14 days. */
            trend: null | {
                recent: {
                    /** Format: date */
                    from: string;
                    /** Format: date */
                    to: string;
                    /** @description Also those whose outcome is not known. */
                    climbs: number;
                    sent: number;
                    not_sent: number;
                };
                previous: {
                    /** Format: date */
                    from: string;
                    /** Format: date */
                    to: string;
                    /** @description Also those whose outcome is not known. */
                    climbs: number;
                    sent: number;
                    not_sent: number;
                };
            };
        };
        Performance: {
            /** @enum {string} */
            view: "performance";
            months: {
                month: string;
                hardest: null | {
                    /** @enum {string} */
                    system: "V-scale" | "Font" | "YDS" | "French";
                    grade: string;
                    /** @description Orders the grades of one system. */
                    rank: number;
                };
                send_rate: number | null;
            }[];
            /** @description The hardest send of each system. */
            best: {
                /** @enum {string} */
                system: "V-scale" | "Font" | "YDS" | "French";
                grade: string;
                /** @description Orders the grades of one system. */
                rank: number;
            }[];
        };
        CoachAccess: {
            available: boolean;
            phase: string;
            /** @enum {string} */
            reason: "phase_always_open" | "in_window" | "before_window" | "no_meeting" | "phase_closed";
            /** @description The same for people. */
            message: string;
            /** @description The meeting under way. */
            meeting_id: string | null;
            closes_at: string | null;
            next_available: string | null;
        };
        CoachMessage: {
            id: string;
            /** @enum {string} */
            role: "user" | "assistant";
            content: string;
            /** Format: date-time */
            timestamp: string;
            meeting_id: string | null;
            /** @description Of an answer. */
            metadata: {
                model?: string;
                /** @description Of the prompt and the answer. */
                tokens_used?: number;
            } | null;
            /** @description complete, or how it ended. */
            state: string;
            /** @description Of POST /api/v1/chat/send: stop, or length when it was cut off. */
            finish?: string;
        };
        CoachHistory: {
            messages: components["schemas"]["CoachMessage"][];
            total: number;
            next_cursor: string | null;
            has_more: boolean;
        };
        CoachProfile: {
            user_id: string;
            name: string | null;
            time_zone: string | null;
            phase: string;
            phase_changes: {
                /** Format: date-time */
                at?: string;
                from?: string | null;
                to?: string | null;
                /** @enum {string} */
                by?: "system" | "operator";
            }[];
        };
        Goal: {
            id: string;
            title: string;
            description: string;
            /** @enum {string} */
            status: "active" | "completed" | "abandoned";
            /** @description 2027-06-01 */
            target_date: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        Meeting: {
            id: string;
            title: string;
            /** Format: date-time */
            start: string;
            /** Format: date-time */
            end: string;
            duration_minutes: number;
            /** @enum {string} */
            status: "scheduled" | "cancelled";
            imported: boolean;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        OpenAiError: {
            error: {
                message: string;
                type: string;
                param: string | null;
                code: string;
            };
        };
        /** @description As OpenAI describes it. */
        ChatCompletion: {
            /** @description `chatcmpl-` and the id of the run. */
            id: string;
            /** @enum {string} */
            object: "chat.completion";
            /** @description Seconds since 1970. */
            created: number;
            /** @description The alias that was asked for. */
            model: string;
            choices: Record<string, never>[];
            usage: Record<string, never>;
        };
        /** @description As OpenAI describes it. `id`, `created` and `model` are the same in all chunks of an answer. After the last chunk comes `[DONE]`; an answer that fails or is cancelled ends with `{"error": …}` instead. */
        ChatCompletionChunk: {
            id: string;
            /** @enum {string} */
            object: "chat.completion.chunk";
            created: number;
            model: string;
            choices: Record<string, never>[];
            usage?: Record<string, never> | null;
        };
        /** @description As OpenAI describes it. */
        Response: {
            /** @description `resp_` and the id of the run. */
            id: string;
            /** @enum {string} */
            object: "response";
            /** @description Seconds since 1970. */
            created_at: number;
            /** @description The alias that was asked for. */
            model: string;
            /** @description Items: `reasoning`, `message`, `function_call`. Empty until the response has ended. */
            output: Record<string, never>[];
            /** @enum {string} */
            status: "queued" | "in_progress" | "completed" | "incomplete" | "failed" | "cancelled";
            error: Record<string, never> | null;
            /** @description `reason`: `max_output_tokens`, `content_filter`, or `cancelled`. */
            incomplete_details: Record<string, never> | null;
            usage: Record<string, never> | null;
        };
        /** @description An event of a response, as OpenAI describes it. */
        ResponseEvent: {
            type: string;
            /** @description From 0, without a gap, the same in each replay. */
            sequence_number: number;
        };
        DeletedResponse: {
            id: string;
            object: string;
            deleted: boolean;
        };
        ResponseInputItems: {
            /** @enum {string} */
            object: "list";
            data: Record<string, never>[];
            has_more: boolean;
            first_id: string;
            last_id: string;
        };
        /** @description With the members of Anthropic's API beside those of OpenAI's. */
        OpenAiModel: {
            id: string;
            object: string;
            created: number;
            owned_by: string;
            type: string;
            display_name: string;
            created_at: string;
        };
        AnthropicError: {
            /** @enum {string} */
            type: "error";
            error: {
                type: string;
                message: string;
                /** @description The stable name, as in problem documents. */
                code: string;
                /** @description What the error is about. */
                param?: string;
            };
            request_id?: string;
        };
        /** @description As Anthropic describes it. */
        AnthropicMessage: {
            /** @description `msg_` and the id of the run. */
            id: string;
            /** @enum {string} */
            type: "message";
            /** @enum {string} */
            role: "assistant";
            /** @description The alias that was asked for. */
            model: string;
            content: Record<string, never>[];
            stop_reason: string | null;
            stop_sequence: string | null;
            usage: Record<string, never>;
        };
        /** @description As Anthropic describes them: `message_start`, `ping`, `content_block_start`, `content_block_delta`, `content_block_stop`, `message_delta`, `message_stop`. An answer that fails or is cancelled ends with `error`, without `message_stop`. */
        AnthropicEvent: {
            type: string;
        };
        /** @description A chunk of the AI SDK's UI message stream. Version 6 of the SDK knows all of them. */
        UiMessageChunk: {
            /** @enum {string} */
            type: "start" | "start-step" | "text-start" | "text-delta" | "text-end" | "reasoning-start" | "reasoning-delta" | "reasoning-end" | "tool-input-start" | "tool-input-available" | "tool-input-error" | "data-restarted" | "finish-step" | "finish" | "abort" | "error";
        };
        /** @description A message as the AI SDK has it. */
        UiMessage: {
            id?: string;
            /** @enum {string} */
            role: "user" | "assistant" | "system";
            parts?: Record<string, never>[];
            metadata?: Record<string, never>;
        };
        AgUiError: {
            /** @description What happened, and what to do. */
            message: string;
            code: components["schemas"]["ErrorCode"];
            /** @description What the error is about. */
            field?: string;
            /** @description The limit that was reached. */
            limit?: string;
            requestId?: string;
        };
        /** @description A message of AG-UI. Those of the server have `id`, `role`, and a text as `content`; an assistant's with tool calls may have none. */
        AgUiMessage: {
            id: string;
            /** @enum {string} */
            role: "user" | "assistant" | "tool" | "system" | "developer" | "reasoning" | "activity";
            /** @description A text; of a user also parts: text, image, document. Of an activity an object. */
            content?: unknown;
            toolCalls?: {
                id: string;
                /** @constant */
                type: "function";
                function: {
                    name: string;
                    arguments: string;
                };
            }[];
            toolCallId?: string;
            error?: string;
        };
        /** @description An event of AG-UI 1.0. */
        AgUiEvent: {
            /** @enum {string} */
            type: "RUN_STARTED" | "TEXT_MESSAGE_START" | "TEXT_MESSAGE_CONTENT" | "TEXT_MESSAGE_END" | "REASONING_START" | "REASONING_MESSAGE_START" | "REASONING_MESSAGE_CONTENT" | "REASONING_MESSAGE_END" | "REASONING_END" | "TOOL_CALL_START" | "TOOL_CALL_ARGS" | "TOOL_CALL_END" | "CUSTOM" | "RUN_FINISHED" | "RUN_ERROR";
        };
    };
    responses: {
        /** @description Malformed. `field` names what is at fault: a member of the body as a path (`context.items[3].price`), `body` where its JSON is broken, a parameter or a header. The place of broken JSON stands in `detail`. */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "https://belay.invalid/problems/invalid_request",
                 *       "title": "Bad Request",
                 *       "status": 400,
                 *       "code": "invalid_request",
                 *       "detail": "mode must be \"generate\", \"edit\" or \"chat\".",
                 *       "field": "mode",
                 *       "request_id": "6f1d2c0a9b"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Not signed in. */
        Unauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "https://belay.invalid/problems/unauthenticated",
                 *       "title": "Unauthorized",
                 *       "status": 401,
                 *       "code": "unauthenticated",
                 *       "detail": "Sign in: send `Authorization: Bearer TOKEN`.",
                 *       "request_id": "6f1d2c0a9b"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Tier, role or origin does not allow it. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "https://belay.invalid/problems/forbidden",
                 *       "title": "Forbidden",
                 *       "status": 403,
                 *       "code": "forbidden",
                 *       "detail": "This page may not use the session cookie.",
                 *       "request_id": "6f1d2c0a9b"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Unknown, or another user's: its existence is not told. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "https://belay.invalid/problems/not_found",
                 *       "title": "Not Found",
                 *       "status": 404,
                 *       "code": "not_found",
                 *       "detail": "There is no such request.",
                 *       "request_id": "6f1d2c0a9b"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The position is ahead of the log. */
        PositionAhead: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "https://belay.invalid/problems/position_ahead",
                 *       "title": "Conflict",
                 *       "status": 409,
                 *       "code": "position_ahead",
                 *       "detail": "This position has not been reached. Send the id of an event that you were given.",
                 *       "field": "Last-Event-ID",
                 *       "request_id": "6f1d2c0a9b"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No longer kept, removed, never opened in time, or a position that is no longer there. */
        Gone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "https://belay.invalid/problems/expired",
                 *       "title": "Gone",
                 *       "status": 410,
                 *       "code": "expired",
                 *       "detail": "This request is no longer kept.",
                 *       "request_id": "6f1d2c0a9b"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is over the limit, which `limit` or `field` names. */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "https://belay.invalid/problems/payload_too_large",
                 *       "title": "Content Too Large",
                 *       "status": 413,
                 *       "code": "payload_too_large",
                 *       "detail": "prompt is too long: at most 262144 bytes are taken.",
                 *       "field": "prompt",
                 *       "request_id": "6f1d2c0a9b"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Not `application/json` in UTF-8, or compressed: `Content-Encoding` must be `identity` or absent (the answer then carries `Accept-Encoding: identity`). */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "https://belay.invalid/problems/unsupported_media_type",
                 *       "title": "Unsupported Media Type",
                 *       "status": 415,
                 *       "code": "unsupported_media_type",
                 *       "detail": "Send the body as application/json.",
                 *       "field": "Content-Type",
                 *       "request_id": "6f1d2c0a9b"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Another body under an `Idempotency-Key`, or unusable. */
        Unprocessable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "https://belay.invalid/problems/idempotency_mismatch",
                 *       "title": "Unprocessable Content",
                 *       "status": 422,
                 *       "code": "idempotency_mismatch",
                 *       "detail": "This Idempotency-Key was used with another body. Use a new key for a new request.",
                 *       "field": "Idempotency-Key",
                 *       "request_id": "6f1d2c0a9b"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A limit of this user, or of this client address where nobody is signed in. `limit` names it. */
        TooMany: {
            headers: {
                /** @description Whole seconds, at least 1. None where waiting does not help: `session_used_up`, `quota_exceeded`. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "https://belay.invalid/problems/rate_limited",
                 *       "title": "Too Many Requests",
                 *       "status": 429,
                 *       "code": "rate_limited",
                 *       "detail": "At most 60 requests in mode chat in 1 minute. Try again in 12 s.",
                 *       "limit": "assistant.rate.chat",
                 *       "request_id": "6f1d2c0a9b"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Full, draining, or without a part that is needed. */
        Unavailable: {
            headers: {
                /** @description Whole seconds, at least 1. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "https://belay.invalid/problems/draining",
                 *       "title": "Service Unavailable",
                 *       "status": 503,
                 *       "code": "draining",
                 *       "detail": "The server is shutting down. Try again in a moment.",
                 *       "request_id": "6f1d2c0a9b"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description This path needs no body, and one was sent that is too large to be ignored. Leave it out. */
        IgnoredTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "https://belay.invalid/problems/payload_too_large",
                 *       "title": "Content Too Large",
                 *       "status": 413,
                 *       "code": "payload_too_large",
                 *       "detail": "This path needs no body, and ignores at most 65536 bytes of one. Leave it out.",
                 *       "limit": "max_ignored_body",
                 *       "request_id": "6f1d2c0a9b"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The current state does not allow it: for example, the answer is still being written. */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "https://belay.invalid/problems/conflict",
                 *       "title": "Conflict",
                 *       "status": 409,
                 *       "code": "conflict",
                 *       "detail": "This answer is still being written. Wait until it has ended, or stop it, and try again.",
                 *       "field": "regenerate",
                 *       "request_id": "6f1d2c0a9b"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The answer, or the model, took too long. */
        TimedOut: {
            headers: {
                /** @description Whole seconds, at least 1. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "https://belay.invalid/problems/draining",
                 *       "title": "Service Unavailable",
                 *       "status": 503,
                 *       "code": "draining",
                 *       "detail": "The server is shutting down. Try again in a moment.",
                 *       "request_id": "6f1d2c0a9b"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description `param` names what is wrong. `unsupported_value`: it cannot be done here. `context_length_exceeded`: the messages do not fit the model's window. */
        OpenAiBadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "message": "n must be 1: a request has one answer here.",
                 *         "type": "invalid_request_error",
                 *         "param": "n",
                 *         "code": "unsupported_value"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description No valid token. */
        OpenAiUnauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "message": "Sign in: send `Authorization: Bearer TOKEN`.",
                 *         "type": "invalid_request_error",
                 *         "param": "Authorization",
                 *         "code": "invalid_api_key"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description The model needs a higher tier; or a cookie came from another site's page. */
        OpenAiForbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "message": "The model \"large\" needs the tier pro.",
                 *         "type": "permission_error",
                 *         "param": "model",
                 *         "code": "tier_required"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description `model_not_found`; or there is no such completion of this user, or no request with this `Idempotency-Key` that could go on. */
        OpenAiNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "message": "There is no model \"none\".",
                 *         "type": "invalid_request_error",
                 *         "param": "model",
                 *         "code": "model_not_found"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description The answer was cancelled, or the position is ahead of it. With `x-should-retry: false`. */
        OpenAiConflict: {
            headers: {
                /** @description `false` where waiting does not help. */
                "x-should-retry"?: "false";
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "message": "The request was cancelled.",
                 *         "type": "invalid_request_error",
                 *         "param": null,
                 *         "code": "cancelled"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description The answer is no longer kept. */
        OpenAiGone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "message": "The events of this stream are no longer kept.",
                 *         "type": "invalid_request_error",
                 *         "param": null,
                 *         "code": "expired"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description The body is larger than `openai.max_body`, or than what is ignored where none has a meaning. */
        OpenAiTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "message": "The body is larger than 4194304 bytes.",
                 *         "type": "invalid_request_error",
                 *         "param": null,
                 *         "code": "payload_too_large"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description The body is not JSON in UTF-8. */
        OpenAiUnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "message": "Send the body as JSON, with Content-Type: application/json.",
                 *         "type": "invalid_request_error",
                 *         "param": "Content-Type",
                 *         "code": "unsupported_media_type"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description The `Idempotency-Key` was used with another body, or the provider withheld the answer. */
        OpenAiUnprocessable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "message": "This Idempotency-Key was used with another body. Use a new key for a new request.",
                 *         "type": "invalid_request_error",
                 *         "param": "Idempotency-Key",
                 *         "code": "idempotency_mismatch"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description A limit of this user: `rate_limit_exceeded`, `too_many_active`, `insufficient_quota`. */
        OpenAiTooMany: {
            headers: {
                /** @description Whole seconds, at least 1. */
                "Retry-After"?: number;
                /** @description The same in milliseconds. */
                "retry-after-ms"?: number;
                /** @description `false` where waiting does not help. */
                "x-should-retry"?: "false";
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "message": "At most 20 requests of one user at once: wait for one to end, or try again in 5 s.",
                 *         "type": "rate_limit_error",
                 *         "param": null,
                 *         "code": "too_many_active"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description The provider refused the request or sent an answer that cannot be read. */
        OpenAiProvider: {
            headers: {
                /** @description `false` where waiting does not help. */
                "x-should-retry"?: "false";
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "message": "The model's provider refused the request.",
                 *         "type": "server_error",
                 *         "param": null,
                 *         "code": "provider_rejected"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description The server is full, shutting down or out of space, or the provider is. */
        OpenAiUnavailable: {
            headers: {
                /** @description Whole seconds, at least 1. */
                "Retry-After"?: number;
                /** @description The same in milliseconds. */
                "retry-after-ms"?: number;
                /** @description `false` where waiting does not help. */
                "x-should-retry"?: "false";
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "message": "The server is shutting down. Try again in a moment.",
                 *         "type": "server_error",
                 *         "param": null,
                 *         "code": "draining"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description The answer, or the model, took too long. A retry of an SDK waits for the same answer. */
        OpenAiTimedOut: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "error": {
                 *         "message": "The answer took longer than was waited for.",
                 *         "type": "server_error",
                 *         "param": null,
                 *         "code": "deadline_exceeded"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["OpenAiError"];
            };
        };
        /** @description `param` names what is wrong, or what cannot be done here. Also: the messages do not fit the model's window. */
        AnthropicBadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "error",
                 *       "error": {
                 *         "type": "invalid_request_error",
                 *         "message": "max_tokens is missing. It must be a whole number of at least 1.",
                 *         "code": "invalid_request",
                 *         "param": "max_tokens"
                 *       },
                 *       "request_id": "0f9c2d3e4b5a69788796a5b4c3d2e1f0"
                 *     }
                 */
                "application/json": components["schemas"]["AnthropicError"];
            };
        };
        /** @description No valid token. */
        AnthropicUnauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "error",
                 *       "error": {
                 *         "type": "authentication_error",
                 *         "message": "Sign in: send `Authorization: Bearer TOKEN`.",
                 *         "code": "unauthenticated",
                 *         "param": "Authorization"
                 *       },
                 *       "request_id": "0f9c2d3e4b5a69788796a5b4c3d2e1f0"
                 *     }
                 */
                "application/json": components["schemas"]["AnthropicError"];
            };
        };
        /** @description The model needs a higher tier; or a cookie came from another site's page. */
        AnthropicForbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "error",
                 *       "error": {
                 *         "type": "permission_error",
                 *         "message": "The model \"large\" needs the tier pro.",
                 *         "code": "forbidden",
                 *         "param": "model"
                 *       },
                 *       "request_id": "0f9c2d3e4b5a69788796a5b4c3d2e1f0"
                 *     }
                 */
                "application/json": components["schemas"]["AnthropicError"];
            };
        };
        /** @description There is no such model, no such message of this user, or no request with this `Idempotency-Key` that could go on. */
        AnthropicNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "error",
                 *       "error": {
                 *         "type": "not_found_error",
                 *         "message": "There is no model \"none\".",
                 *         "code": "not_found",
                 *         "param": "model"
                 *       },
                 *       "request_id": "0f9c2d3e4b5a69788796a5b4c3d2e1f0"
                 *     }
                 */
                "application/json": components["schemas"]["AnthropicError"];
            };
        };
        /** @description The answer was cancelled, or the position is ahead of it. With `x-should-retry: false`. */
        AnthropicConflict: {
            headers: {
                /** @description `false` where waiting does not help. */
                "x-should-retry"?: "false";
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "error",
                 *       "error": {
                 *         "type": "invalid_request_error",
                 *         "message": "The request was cancelled.",
                 *         "code": "cancelled"
                 *       },
                 *       "request_id": "0f9c2d3e4b5a69788796a5b4c3d2e1f0"
                 *     }
                 */
                "application/json": components["schemas"]["AnthropicError"];
            };
        };
        /** @description The answer is no longer kept. */
        AnthropicGone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "error",
                 *       "error": {
                 *         "type": "invalid_request_error",
                 *         "message": "The events of this stream are no longer kept.",
                 *         "code": "expired"
                 *       },
                 *       "request_id": "0f9c2d3e4b5a69788796a5b4c3d2e1f0"
                 *     }
                 */
                "application/json": components["schemas"]["AnthropicError"];
            };
        };
        /** @description The body is larger than `anthropic.max_body`. */
        AnthropicTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "error",
                 *       "error": {
                 *         "type": "request_too_large",
                 *         "message": "The body is larger than 4194304 bytes.",
                 *         "code": "payload_too_large"
                 *       },
                 *       "request_id": "0f9c2d3e4b5a69788796a5b4c3d2e1f0"
                 *     }
                 */
                "application/json": components["schemas"]["AnthropicError"];
            };
        };
        /** @description The body is not JSON in UTF-8. */
        AnthropicUnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "error",
                 *       "error": {
                 *         "type": "invalid_request_error",
                 *         "message": "Send the body as JSON, with Content-Type: application/json.",
                 *         "code": "unsupported_media_type",
                 *         "param": "Content-Type"
                 *       },
                 *       "request_id": "0f9c2d3e4b5a69788796a5b4c3d2e1f0"
                 *     }
                 */
                "application/json": components["schemas"]["AnthropicError"];
            };
        };
        /** @description The `Idempotency-Key` was used with another body, or the provider withheld the answer. */
        AnthropicUnprocessable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "error",
                 *       "error": {
                 *         "type": "invalid_request_error",
                 *         "message": "This Idempotency-Key was used with another body. Use a new key for a new request.",
                 *         "code": "idempotency_mismatch",
                 *         "param": "Idempotency-Key"
                 *       },
                 *       "request_id": "0f9c2d3e4b5a69788796a5b4c3d2e1f0"
                 *     }
                 */
                "application/json": components["schemas"]["AnthropicError"];
            };
        };
        /** @description A limit of this user. */
        AnthropicTooMany: {
            headers: {
                /** @description Whole seconds, at least 1. */
                "Retry-After"?: number;
                /** @description The same in milliseconds. */
                "retry-after-ms"?: number;
                /** @description `false` where waiting does not help. */
                "x-should-retry"?: "false";
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "error",
                 *       "error": {
                 *         "type": "rate_limit_error",
                 *         "message": "At most 20 requests of one user at once: wait for one to end, or try again in 5 s.",
                 *         "code": "too_many_active"
                 *       },
                 *       "request_id": "0f9c2d3e4b5a69788796a5b4c3d2e1f0"
                 *     }
                 */
                "application/json": components["schemas"]["AnthropicError"];
            };
        };
        /** @description The provider refused the request or sent an answer that cannot be read. */
        AnthropicProvider: {
            headers: {
                /** @description `false` where waiting does not help. */
                "x-should-retry"?: "false";
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "error",
                 *       "error": {
                 *         "type": "api_error",
                 *         "message": "The model's provider refused the request.",
                 *         "code": "provider_rejected"
                 *       },
                 *       "request_id": "0f9c2d3e4b5a69788796a5b4c3d2e1f0"
                 *     }
                 */
                "application/json": components["schemas"]["AnthropicError"];
            };
        };
        /** @description The server is full, shutting down or out of space, or the provider is. */
        AnthropicUnavailable: {
            headers: {
                /** @description Whole seconds, at least 1. */
                "Retry-After"?: number;
                /** @description The same in milliseconds. */
                "retry-after-ms"?: number;
                /** @description `false` where waiting does not help. */
                "x-should-retry"?: "false";
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "error",
                 *       "error": {
                 *         "type": "overloaded_error",
                 *         "message": "The server is shutting down. Try again in a moment.",
                 *         "code": "draining"
                 *       },
                 *       "request_id": "0f9c2d3e4b5a69788796a5b4c3d2e1f0"
                 *     }
                 */
                "application/json": components["schemas"]["AnthropicError"];
            };
        };
        /** @description The answer, or the model, took too long. A retry of an SDK waits for the same answer. */
        AnthropicTimedOut: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "error",
                 *       "error": {
                 *         "type": "timeout_error",
                 *         "message": "The answer took longer than was waited for.",
                 *         "code": "deadline_exceeded"
                 *       },
                 *       "request_id": "0f9c2d3e4b5a69788796a5b4c3d2e1f0"
                 *     }
                 */
                "application/json": components["schemas"]["AnthropicError"];
            };
        };
        /** @description What is wrong with the request, as plain text; `X-Error-Code` has the code. */
        UiBadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /** @example messages[0].role must be user, assistant or system. */
                "text/plain": string;
            };
        };
        /** @description There is no valid sign-in. */
        UiUnauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /** @example Sign in: send `Authorization: Bearer TOKEN`. */
                "text/plain": string;
            };
        };
        /** @description The model is above the caller's tier, or a cookie came from another site's page. */
        UiForbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /** @example The model grok-3 is not open to you. */
                "text/plain": string;
            };
        };
        /** @description There is no such chat or message. */
        UiNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /** @example There is no such chat. Check its id. */
                "text/plain": string;
            };
        };
        /** @description The position is ahead of the stream. */
        UiConflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /** @example This number lies ahead of the stream. Send the number of the last message that you received, unchanged. */
                "text/plain": string;
            };
        };
        /** @description The position belongs to an answer that is not kept any more. */
        UiGone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /** @example This position belongs to an earlier answer. Read the stream without a position. */
                "text/plain": string;
            };
        };
        /** @description The body is larger than `chat.max_messages_body`, or the message longer than `chat.max_prompt`. */
        UiTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /** @example message is too long: at most 262144 bytes are taken. */
                "text/plain": string;
            };
        };
        /** @description The message does not fit the model's window, or the Idempotency-Key was used with another body. */
        UiUnprocessable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /** @example This Idempotency-Key was used with another body. Use a new key for a new request. */
                "text/plain": string;
            };
        };
        /** @description A limit was reached. */
        UiTooMany: {
            headers: {
                /** @description Seconds to wait. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /** @example Too many requests. Try again later. */
                "text/plain": string;
            };
        };
        /** @description The server is full, or is shutting down. */
        UiUnavailable: {
            headers: {
                /** @description Seconds to wait. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /** @example The server is busy. Try again in a moment. */
                "text/plain": string;
            };
        };
        /** @description What is wrong with the request; `field` names its place. */
        AgUiBadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "messages must end with a message of the user, or with results of tool calls.",
                 *       "code": "invalid_request",
                 *       "field": "messages",
                 *       "requestId": "8c1f0a52d3b94e67"
                 *     }
                 */
                "application/json": components["schemas"]["AgUiError"];
            };
        };
        /** @description There is no valid sign-in. */
        AgUiUnauthenticated: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "Sign in: send `Authorization: Bearer TOKEN`.",
                 *       "code": "unauthenticated",
                 *       "requestId": "8c1f0a52d3b94e67"
                 *     }
                 */
                "application/json": components["schemas"]["AgUiError"];
            };
        };
        /** @description The caller may not do this: the model needs a higher tier, or the page is of another site. */
        AgUiForbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "The model large needs a higher tier.",
                 *       "code": "forbidden",
                 *       "field": "forwardedProps.model",
                 *       "requestId": "8c1f0a52d3b94e67"
                 *     }
                 */
                "application/json": components["schemas"]["AgUiError"];
            };
        };
        /** @description There is no such thread or run. */
        AgUiNotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "There is no such thread. Check its id.",
                 *       "code": "not_found",
                 *       "field": "threadId",
                 *       "requestId": "8c1f0a52d3b94e67"
                 *     }
                 */
                "application/json": components["schemas"]["AgUiError"];
            };
        };
        /** @description The answer that is continued is still being written, or the position is ahead of its run. */
        AgUiConflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "This answer is still being written. Wait until it has ended, or stop it, and try again.",
                 *       "code": "conflict",
                 *       "field": "messages",
                 *       "requestId": "8c1f0a52d3b94e67"
                 *     }
                 */
                "application/json": components["schemas"]["AgUiError"];
            };
        };
        /** @description The events of this run are no longer kept. */
        AgUiGone: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "The events of this run are no longer kept. Ask again, with a new runId.",
                 *       "code": "expired",
                 *       "field": "runId",
                 *       "requestId": "8c1f0a52d3b94e67"
                 *     }
                 */
                "application/json": components["schemas"]["AgUiError"];
            };
        };
        /** @description The body or the question is too long. */
        AgUiTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "messages is too long: at most 262144 bytes are taken.",
                 *       "code": "payload_too_large",
                 *       "field": "messages",
                 *       "requestId": "8c1f0a52d3b94e67"
                 *     }
                 */
                "application/json": components["schemas"]["AgUiError"];
            };
        };
        /** @description The body is not JSON. */
        AgUiUnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "Send the body as JSON, with Content-Type: application/json.",
                 *       "code": "unsupported_media_type",
                 *       "field": "Content-Type",
                 *       "requestId": "8c1f0a52d3b94e67"
                 *     }
                 */
                "application/json": components["schemas"]["AgUiError"];
            };
        };
        /** @description The question does not fit the model. */
        AgUiUnprocessable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "The message is too long for the model \"narrow\". Shorten it, or choose a model with a larger window.",
                 *       "code": "unprocessable",
                 *       "field": "messages",
                 *       "requestId": "8c1f0a52d3b94e67"
                 *     }
                 */
                "application/json": components["schemas"]["AgUiError"];
            };
        };
        /** @description A limit was reached. */
        AgUiTooMany: {
            headers: {
                /** @description Seconds to wait. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "Too many runs at once. Wait until one has ended.",
                 *       "code": "too_many_active",
                 *       "requestId": "8c1f0a52d3b94e67"
                 *     }
                 */
                "application/json": components["schemas"]["AgUiError"];
            };
        };
        /** @description The server is full, is being restarted, or its disk is. */
        AgUiUnavailable: {
            headers: {
                /** @description Seconds to wait. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "message": "The server is full. Try again in a moment.",
                 *       "code": "server_full",
                 *       "requestId": "8c1f0a52d3b94e67"
                 *     }
                 */
                "application/json": components["schemas"]["AgUiError"];
            };
        };
    };
    parameters: {
        /**
         * @description As `POST /assistant/request` answered it. Ids sort by time.
         * @example 20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
         */
        request_id: components["schemas"]["RequestId"];
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    requestAssistant: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 printable ASCII characters without spaces; the same key with another body is refused.
                 * @example 7f0c1b2e-01
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssistantRequest"];
            };
        };
        responses: {
            /** @description Taken on. */
            201: {
                headers: {
                    /**
                     * @description The path of the stream.
                     * @example /assistant/stream/20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
                     */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "request_id": "20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427",
                     *       "status": "queued"
                     *     }
                     */
                    "application/json": components["schemas"]["AssistantAccepted"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    streamAssistantResponse: {
        parameters: {
            query?: {
                /** @description The same, for clients that cannot set headers. */
                last_event_id?: components["schemas"]["EventId"];
            };
            header?: {
                /** @description The id of the last event that was seen; the stream goes on just after it. Wins over the query. */
                "Last-Event-ID"?: components["schemas"]["EventId"];
            };
            path: {
                /**
                 * @description As `POST /assistant/request` answered it. Ids sort by time.
                 * @example 20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
                 */
                request_id: components["parameters"]["request_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events. The data of each is a JSON object; the schema lists them by name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 1370
                     *
                     *     id: 1-1
                     *     event: status
                     *     data: {"status":"queued"}
                     *
                     *     event: status
                     *     data: {"status":"running"}
                     *
                     *     id: 1-2
                     *     event: stage
                     *     data: {"stage":"provider"}
                     *
                     *     id: 1-3
                     *     event: stage
                     *     data: {"stage":"answer"}
                     *
                     *     id: 1-4
                     *     event: response_chunk
                     *     data: {"content":"0001 "}
                     *
                     *     id: 1-5
                     *     event: response_chunk
                     *     data: {"content":"0002"}
                     *
                     *     event: status
                     *     data: {"status":"completed"}
                     *
                     *     id: 1-7
                     *     event: complete
                     *     data: {"request_id":"20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","content":"0001 0002","finish":"stop","usage":{"input_tokens":5,"output_tokens":4,"cached_tokens":0,"reasoning_tokens":0,"estimated":false},"actions":[],"appendix":[]}
                     */
                    "text/event-stream": components["schemas"]["AssistantEvent"];
                };
            };
            /** @description The log has ended and you have seen all of it: nothing will ever follow. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["PositionAhead"];
            410: components["responses"]["Gone"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    cancelAssistantRequest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description As `POST /assistant/request` answered it. Ids sort by time.
                 * @example 20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
                 */
                request_id: components["parameters"]["request_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is cancelled, or had ended before. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["Gone"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteAssistantConversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description As `POST /assistant/request` was sent it.
                 * @example holiday-plans
                 */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is no such conversation any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    startChat: {
        parameters: {
            query?: {
                /** @description 1: this client can drop the text so far. */
                restarts?: "0" | "1";
            };
            header?: {
                /**
                 * @description 1 to 255 printable ASCII characters without spaces; the same key with another body is refused.
                 * @example 7f0c1b2e-02
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "modelId": "gpt-4-turbo",
                 *       "prompt": "What is artificial intelligence?"
                 *     }
                 */
                "application/json": components["schemas"]["ChatStart"];
            };
        };
        responses: {
            /** @description Under way. */
            201: {
                headers: {
                    /** @description The path of the stream. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "sessionId": "cs_5f0c8a1be2d94c7d8e6f00112233abcd",
                     *       "chatId": "conversation-123",
                     *       "userMessageId": "20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427-u",
                     *       "messageId": "20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427-a"
                     *     }
                     */
                    "application/json": components["schemas"]["ChatStarted"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            410: components["responses"]["Gone"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    streamChat: {
        parameters: {
            query?: {
                /**
                 * @description As POST /api/chat/start answered it.
                 * @example cs_5f0c8a1be2d94c7d8e6f00112233abcd
                 */
                sessionId?: string;
                /** @description Instead of `sessionId`: the chat. */
                chatId?: string;
                /** @description The same, for clients that cannot set headers. */
                last_event_id?: components["schemas"]["EventId"];
            };
            header?: {
                /** @description The id of the last event that was seen; the stream goes on just after it. Wins over the query. */
                "Last-Event-ID"?: components["schemas"]["EventId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The messages. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 1370
                     *
                     *     id: 1-1
                     *     data: {"type":"typing"}
                     *
                     *     id: 1-4
                     *     data: {"type":"token","content":"Artificial"}
                     *
                     *     id: 1-5
                     *     data: {"type":"token","content":" intelligence"}
                     *
                     *     id: 1-7
                     *     data: {"type":"done","messageId":"20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427-a","finish":"stop"}
                     */
                    "text/event-stream": components["schemas"]["ChatEvent"];
                };
            };
            /** @description The answer has ended and you have seen all of it. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["PositionAhead"];
            410: components["responses"]["Gone"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    cancelChat: {
        parameters: {
            query?: {
                /** @description As POST /api/chat/start answered it. */
                sessionId?: string;
                /**
                 * @description Instead of `sessionId`: the chat.
                 * @example conversation-123
                 */
                chatId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancelled, over before, or removed. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    readChatHistory: {
        parameters: {
            query?: {
                /**
                 * @description Of one chat.
                 * @example conversation-123
                 */
                chatId?: string;
                /** @description Of all chats of a project. */
                projectId?: string;
                /** @description Of all chats of a task. */
                taskId?: string;
                /** @description Entries of a page. */
                limit?: number;
                /** @description `nextCursor` of the page before, of the same chat, project or task. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatHistory"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    listChatModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the order of the catalogue. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatModels"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    reactToMessage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Of an answer, as the history has it.
                 * @example 20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427-a
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reaction": "like"
                 *     }
                 */
                "application/json": {
                    /** @enum {string} */
                    reaction: "like" | "dislike";
                };
            };
        };
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            503: components["responses"]["Unavailable"];
        };
    };
    takeBackReaction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Of an answer, as the history has it.
                 * @example 20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427-a
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["IgnoredTooLarge"];
            422: components["responses"]["Unprocessable"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteChat: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The chat.
                 * @example conversation-123
                 */
                chatId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is no such chat any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    changeChat: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The chat.
                 * @example conversation-123
                 */
                chatId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "title": "Ropes",
                 *       "pinned": true
                 *     }
                 */
                "application/json": components["schemas"]["ChatChange"];
            };
        };
        responses: {
            /** @description The chat as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Chat"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    chooseBranch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The chat.
                 * @example conversation-123
                 */
                chatId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "messageId": "20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427-a"
                 *     }
                 */
                "application/json": {
                    messageId: string;
                };
            };
        };
        responses: {
            /** @description It is shown. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    exportChat: {
        parameters: {
            query?: {
                format?: "json" | "md" | "pdf";
                /** @description all: every branch, where each message names its `parent` (JSON). Else the chosen one. */
                branches?: "chosen" | "all";
            };
            header?: never;
            path: {
                /** @example conversation-123 */
                chatId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The chat. */
                        conversation: string;
                        title: string;
                        /** Format: date-time */
                        exported: string;
                        messages: {
                            id: string;
                            /** @enum {string} */
                            role: "user" | "assistant";
                            content: string;
                            /** Format: date-time */
                            created: string;
                            state: string;
                        }[];
                    };
                    "text/markdown": string;
                    "application/pdf": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["IgnoredTooLarge"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    listChats: {
        parameters: {
            query?: {
                /** @description What to search for: at most 8 words, which may be emoji. */
                q?: string;
                /** @description true: the archived ones instead of the others. With `q`, left out: both. */
                archived?: boolean;
                /** @description Entries of a page. With `q`: at most 50, usually 20. */
                limit?: number;
                /** @description `nextCursor` of the page before. Not with `q`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Chats"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteChats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There are none any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What went. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "chats": 3,
                     *       "messages": 42,
                     *       "answers": 21,
                     *       "sessions": 4,
                     *       "cachedAnswers": 9,
                     *       "ledgerRows": 21
                     *     }
                     */
                    "application/json": components["schemas"]["ErasureReport"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    readChatMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus's text format, version 0.0.4. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example # HELP belay_runs_started_total Runs taken on.
                     *     # TYPE belay_runs_started_total counter
                     *     belay_runs_started_total{surface="assistant",mode="chat"} 12
                     */
                    "text/plain": string;
                };
            };
            403: components["responses"]["Forbidden"];
        };
    };
    startPersonaSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "user_id": "user123",
                 *       "persona": "fitness_coach"
                 *     }
                 */
                "application/json": components["schemas"]["PersonaStart"];
            };
        };
        responses: {
            /** @description The session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "session_id": "session_q4Xw0n9VdXb3kTtPzJmR7cYhL2sGf8Ea",
                     *       "persona": "fitness_coach",
                     *       "expires_at": "2026-11-22T16:45:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["PersonaSession"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    joinPersonaStream: {
        parameters: {
            query: {
                /**
                 * @description As `POST /chat/start` answered it.
                 * @example session_q4Xw0n9VdXb3kTtPzJmR7cYhL2sGf8Ea
                 */
                session_id: components["schemas"]["PersonaSessionId"];
                /** @description The same, for clients that cannot set headers. */
                last_event_id?: components["schemas"]["EventId"];
            };
            header?: {
                /** @description The id of the last event that was seen; the stream goes on just after it. Wins over the query. */
                "Last-Event-ID"?: components["schemas"]["EventId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 1370
                     *
                     *     data: {"token":"Going "}
                     *
                     *     data: {"token":"great!"}
                     *
                     *     data: {"done":true}
                     */
                    "text/event-stream": components["schemas"]["PersonaEvent"];
                };
            };
            /** @description The answer has ended and you have seen all of it. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["PositionAhead"];
            410: components["responses"]["Gone"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    streamPersonaAnswer: {
        parameters: {
            query?: {
                /** @description The same, for clients that cannot set headers. */
                last_event_id?: components["schemas"]["EventId"];
                /** @description 1: this client can drop the text so far. After a crash an answer that can not be continued is then begun anew behind `{"restarted":true}` instead of ending as `interrupted`. */
                restarts?: 0 | 1;
            };
            header?: {
                /**
                 * @description 1 to 255 printable ASCII characters without spaces; the same key with another body is refused.
                 * @example 7f0c1b2e-03
                 */
                "Idempotency-Key"?: string;
                /** @description The id of the last event that was seen; the stream goes on just after it. Wins over the query. */
                "Last-Event-ID"?: components["schemas"]["EventId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PersonaAsk"];
            };
        };
        responses: {
            /** @description The events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 1370
                     *
                     *     data: {"token":"Going "}
                     *
                     *     data: {"token":"great!"}
                     *
                     *     data: {"done":true}
                     */
                    "text/event-stream": components["schemas"]["PersonaEvent"];
                };
            };
            /** @description The answer has ended and you have seen all of it. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["PositionAhead"];
            410: components["responses"]["Gone"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    cancelPersonaAnswer: {
        parameters: {
            query: {
                /**
                 * @description As `POST /chat/start` answered it.
                 * @example session_q4Xw0n9VdXb3kTtPzJmR7cYhL2sGf8Ea
                 */
                session_id: components["schemas"]["PersonaSessionId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is cancelled, or had ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    openPersonaSocket: {
        parameters: {
            query: {
                /**
                 * @description As `POST /chat/start` answered it.
                 * @example session_q4Xw0n9VdXb3kTtPzJmR7cYhL2sGf8Ea
                 */
                session_id: components["schemas"]["PersonaSessionId"];
                /** @description The id of the last event that was seen; the socket goes on just after it. */
                last_event_id?: components["schemas"]["EventId"];
                /** @description A token, for clients that can send neither headers nor cookies. */
                token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The connection speaks WebSocket from here on. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["IgnoredTooLarge"];
            /** @description The request is no WebSocket handshake, or of another version than 13. */
            426: {
                headers: {
                    /** @description The version that is spoken: 13. */
                    "Sec-WebSocket-Version"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    deletePersonaSession: {
        parameters: {
            query: {
                /**
                 * @description As `POST /chat/start` answered it.
                 * @example session_q4Xw0n9VdXb3kTtPzJmR7cYhL2sGf8Ea
                 */
                session_id: components["schemas"]["PersonaSessionId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is no such session any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    askPersona: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 printable ASCII characters without spaces; the same key with another body is refused.
                 * @example 7f0c1b2e-04
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "session_id": "session_q4Xw0n9VdXb3kTtPzJmR7cYhL2sGf8Ea",
                 *       "message": "How's it going?"
                 *     }
                 */
                "application/json": components["schemas"]["PersonaAsk"];
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "session_id": "session_q4Xw0n9VdXb3kTtPzJmR7cYhL2sGf8Ea",
                     *       "persona": "fitness_coach",
                     *       "message": "Going great! Ready to train?",
                     *       "usage": {
                     *         "input_tokens": 41,
                     *         "output_tokens": 7,
                     *         "estimated": false
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["PersonaAnswer"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["Gone"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    listPersonas: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The personas, the built-in ones first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "personas": [
                     *         {
                     *           "name": "fitness_coach",
                     *           "display_name": "Fitness coach",
                     *           "adapts_to_breathing": true
                     *         }
                     *       ],
                     *       "default": "default"
                     *     }
                     */
                    "application/json": components["schemas"]["PersonaList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    coach: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "intensity": 0.7,
                 *       "volume": 0.5,
                 *       "tempo": 30,
                 *       "silence": 0.4,
                 *       "phase": "main",
                 *       "persona": "fitness_coach"
                 *     }
                 */
                "application/json": components["schemas"]["Breath"];
            };
        };
        responses: {
            /** @description The line. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "line": "This is the work. HOLD it!",
                     *       "breathing": "heavy",
                     *       "phase": "main",
                     *       "source": "lines",
                     *       "persona": "fitness_coach"
                     *     }
                     */
                    "application/json": components["schemas"]["CoachLine"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    streamCoaching: {
        parameters: {
            query?: {
                /**
                 * @description The same, for clients that cannot set headers.
                 * @example 1790000000-12
                 */
                last_event_id?: components["schemas"]["EventId"];
            };
            header?: {
                /** @description The id of the last event that was seen; the stream goes on just after it. Wins over the query. */
                "Last-Event-ID"?: components["schemas"]["EventId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events. The data of each is a JSON object; the schema lists them by name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 1370
                     *
                     *     id: 1790000000-12
                     *
                     *     id: 1790000000-13
                     *     event: processing
                     *     data: {"status":"Processing...","request_id":"20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","conversation_id":"c","metadata":{"timestamp":"2026-11-21T13:18:05.125Z","response_length":0,"processing_time":0.002}}
                     *
                     *     id: 1790000000-14
                     *     event: response
                     *     data: {"text":"Try finger strength drills twice a week.","request_id":"20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","conversation_id":"c","metadata":{"timestamp":"2026-11-21T13:18:05.575Z","response_length":40,"processing_time":0.452}}
                     */
                    "text/event-stream": components["schemas"]["CoachEvent"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    askBasicCoach: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 printable ASCII characters without spaces; the same key with another body is refused.
                 * @example 7f0c1b2e-05
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CoachQuestion"];
            };
        };
        responses: {
            /** @description Taken on. The answer comes on `/stream`. */
            202: {
                headers: {
                    /**
                     * @description The stream, from just before the question's first event.
                     * @example /stream?last_event_id=1790000000-12
                     */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "request_id": "20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427",
                     *       "conversation_id": "20261121T131805120Z-5d8c1a3e-94c2-4c0f-9d3c-6b1f0a7e2b11",
                     *       "status": "processing",
                     *       "stream": "/stream?last_event_id=1790000000-12"
                     *     }
                     */
                    "application/json": components["schemas"]["CoachAccepted"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    askPremiumCoach: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 printable ASCII characters without spaces; the same key with another body is refused.
                 * @example 7f0c1b2e-06
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "prompt": "What should I train?",
                 *       "file": "date,grade,sent\n2026-11-01,V4,yes\n2026-11-08,V5,no\n2026-11-15,V5,yes\n"
                 *     }
                 */
                "multipart/form-data": {
                    prompt: string;
                    conversation_id?: string;
                    /**
                     * Format: binary
                     * @description CSV, TXT or JSON.
                     */
                    file?: string;
                    /** @description If the part of the file has no name; in front of it. */
                    filename?: string;
                };
                "application/json": {
                    prompt: string;
                    conversation_id?: string;
                    /** @description The file's text, or base64. */
                    file?: string | null;
                    /** @description With `file`. */
                    filename?: string;
                    /**
                     * @description How `file` is written.
                     * @default text
                     * @enum {unknown}
                     */
                    encoding?: "text" | "base64";
                };
            };
        };
        responses: {
            /** @description Taken on. The answer comes on `/stream`. */
            202: {
                headers: {
                    /**
                     * @description The stream, from just before the question's first event.
                     * @example /stream?last_event_id=1790000000-12
                     */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "request_id": "20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427",
                     *       "conversation_id": "20261121T131805120Z-5d8c1a3e-94c2-4c0f-9d3c-6b1f0a7e2b11",
                     *       "status": "processing",
                     *       "stream": "/stream?last_event_id=1790000000-12"
                     *     }
                     */
                    "application/json": components["schemas"]["CoachAccepted"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    getCoachQuota: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The quota. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tier": "basic",
                     *       "unlimited": false,
                     *       "limit": 10,
                     *       "used": 3,
                     *       "remaining": 7,
                     *       "renews": "2026-12-01T00:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CoachQuota"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    cancelCoachQuestion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description As `POST /assistant/request` answered it. Ids sort by time.
                 * @example 20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
                 */
                request_id: components["parameters"]["request_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is cancelled, or had ended before. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            410: components["responses"]["Gone"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteCoachConversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description As the answer to the question named it.
                 * @example 20261121T131805120Z-5d8c1a3e-94c2-4c0f-9d3c-6b1f0a7e2b11
                 */
                conversation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is no such conversation any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    createTicket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketRequest"];
            };
        };
        responses: {
            /** @description The ticket. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ticket": "t1.eyJ1c2VyIjoiYW5uIn0.c2lnbmF0dXJl",
                     *       "expires_in": 30,
                     *       "stream": "/assistant/stream/20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427"
                     *     }
                     */
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    openSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed in. */
            200: {
                headers: {
                    /** @description The session cookie. */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "user": "ann",
                     *       "tier": "pro",
                     *       "expires": "2026-11-21T14:18:05.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            503: components["responses"]["Unavailable"];
        };
    };
    closeSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is no cookie any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["IgnoredTooLarge"];
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Yes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "alive"
                     *     }
                     */
                    "application/json": components["schemas"]["Health"];
                };
            };
        };
    };
    readiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Yes. `degraded` lists why it is not at its best, if so. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ready",
                     *       "degraded": [
                     *         "storage_full"
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description It is starting, draining, or without its store: then `degraded` says why. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "draining"
                     *     }
                     */
                    "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus's text format, version 0.0.4. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example # HELP belay_runs_started_total Runs taken on.
                     *     # TYPE belay_runs_started_total counter
                     *     belay_runs_started_total{surface="assistant",mode="chat"} 12
                     */
                    "text/plain": string;
                };
            };
            403: components["responses"]["Forbidden"];
        };
    };
    description: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
        };
    };
    pages: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description HTML. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /** @description The beginning of the name. */
                q?: string;
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminUsers"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user, percent-encoded.
                 * @example ann
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminUser"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
        };
    };
    changeUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user, percent-encoded.
                 * @example ann
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "tier": "pro",
                 *       "phase": "goal_setting"
                 *     }
                 */
                "application/json": components["schemas"]["AdminUserChange"];
            };
        };
        responses: {
            /** @description The user after the change. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminUser"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
        };
    };
    eraseUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user, percent-encoded.
                 * @example ann
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What went. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ErasureReport"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
        };
    };
    getUserUsage: {
        parameters: {
            query?: {
                /** @description A day (its beginning, UTC) or a time. Default: 30 days before `to`. */
                from?: string;
                /** @description A day or a time. Default: now. At most 366 days after `from`. */
                to?: string;
                /** @description What is summed up. */
                by?: "user" | "model" | "day" | "surface";
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The user, percent-encoded.
                 * @example ann
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminUsage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
        };
    };
    getUsage: {
        parameters: {
            query?: {
                /** @description A day (its beginning, UTC) or a time. Default: 30 days before `to`. */
                from?: string;
                /** @description A day or a time. Default: now. At most 366 days after `from`. */
                to?: string;
                /** @description What is summed up. */
                by?: "user" | "model" | "day" | "surface";
                /** @description Only of this user. */
                user?: string;
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminUsage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
        };
    };
    listRuns: {
        parameters: {
            query?: {
                /** @description Only those of this user. */
                user?: string;
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "runs": [
                     *         {
                     *           "run_id": "20261121T131806201Z-8c2d5e4f-6a7b-4c1d-9e0f-3b2a1c0d4e5f",
                     *           "user": "ann",
                     *           "surface": "assistant",
                     *           "mode": "chat",
                     *           "model": "grok-3",
                     *           "conversation": null,
                     *           "created": "2026-11-21T13:18:06.201Z",
                     *           "state": "running",
                     *           "bytes": 120,
                     *           "readers": 1
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["AdminRuns"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
        };
    };
    cancelRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 20261121T131806201Z-8c2d5e4f-6a7b-4c1d-9e0f-3b2a1c0d4e5f */
                run_id: components["schemas"]["RequestId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is cancelled, or had ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
        };
    };
    listRevocations: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminRevocations"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
        };
    };
    revoke: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "user": "ann",
                 *       "reason": "Lost a laptop.",
                 *       "expires_in": 86400
                 *     }
                 */
                "application/json": components["schemas"]["AdminRevocationRequest"];
            };
        };
        responses: {
            /** @description It is in effect. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminRevoked"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
        };
    };
    unrevoke: {
        parameters: {
            query?: {
                /**
                 * @description The user.
                 * @example ann
                 */
                user?: string;
                /** @description Or the token's `jti`. */
                token_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is lifted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
        };
    };
    sendNotice: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "message": "Maintenance begins at 22:00 UTC."
                 *     }
                 */
                "application/json": {
                    message: string;
                };
            };
        };
        responses: {
            /** @description How many there were. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "connections": 17
                     *     }
                     */
                    "application/json": {
                        connections: number;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    readAudit: {
        parameters: {
            query?: {
                /** @description Only changes of this user, answer or token. */
                target?: string;
                /** @description `user.change`, `run.cancel`, `revocation.add` or `revocation.lift`. */
                action?: string;
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminAudit"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
        };
    };
    listUploads: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Uploads"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    uploadFile: {
        parameters: {
            query?: {
                /** @description The file's name, if the body is the file itself. */
                filename?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "file": "date,grade,sent\n2026-11-01,V4,yes\n2026-11-08,V5,no\n2026-11-15,V5,yes\n"
                 *     }
                 */
                "multipart/form-data": {
                    /** Format: binary */
                    file: string;
                    /** @description If the part of the file has no name; in front of it. */
                    filename?: string;
                };
                "text/csv": string;
                "text/plain": string;
                "application/json": unknown;
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description It is stored. */
            201: {
                headers: {
                    /** @description The upload. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "5f0c8a1be2d94c7d8e6f00112233abcd",
                     *       "created_at": "2026-11-30T19:02:36.263Z",
                     *       "filename": "climbs.csv",
                     *       "format": "csv",
                     *       "size": 69,
                     *       "records": 3,
                     *       "statistics": {
                     *         "climbs": 3,
                     *         "sent": 2,
                     *         "not_sent": 1,
                     *         "send_rate": 0.667,
                     *         "unknown_grades": 0,
                     *         "without_grade": 0,
                     *         "grades": [
                     *           {
                     *             "grade": "V5",
                     *             "system": "V-scale",
                     *             "climbs": 2,
                     *             "sent": 1,
                     *             "not_sent": 1,
                     *             "send_rate": 0.5
                     *           },
                     *           {
                     *             "grade": "V4",
                     *             "system": "V-scale",
                     *             "climbs": 1,
                     *             "sent": 1,
                     *             "not_sent": 0,
                     *             "send_rate": 1
                     *           }
                     *         ],
                     *         "months": [
                     *           {
                     *             "month": "2026-11",
                     *             "climbs": 3,
                     *             "sent": 2,
                     *             "not_sent": 1,
                     *             "send_rate": 0.667,
                     *             "hardest": {
                     *               "grade": "V5",
                     *               "system": "V-scale"
                     *             }
                     *           }
                     *         ],
                     *         "dates": {
                     *           "first": "2026-11-01",
                     *           "last": "2026-11-15",
                     *           "climbs": 3,
                     *           "sent": 2,
                     *           "not_sent": 1,
                     *           "send_rate": 0.667
                     *         },
                     *         "trend": {
                     *           "recent": {
                     *             "first": "2026-11-09",
                     *             "last": "2026-11-15",
                     *             "climbs": 1,
                     *             "sent": 1,
                     *             "not_sent": 0,
                     *             "send_rate": 1
                     *           },
                     *           "previous": {
                     *             "first": "2026-11-02",
                     *             "last": "2026-11-08",
                     *             "climbs": 1,
                     *             "sent": 0,
                     *             "not_sent": 1,
                     *             "send_rate": 0
                     *           },
                     *           "grades": [
                     *             {
                     *               "grade": "V5",
                     *               "system": "V-scale",
                     *               "recent": {
                     *                 "climbs": 1,
                     *                 "sent": 1,
                     *                 "not_sent": 0,
                     *                 "send_rate": 1
                     *               },
                     *               "previous": {
                     *                 "climbs": 1,
                     *                 "sent": 0,
                     *                 "not_sent": 1,
                     *                 "send_rate": 0
                     *               }
                     *             }
                     *           ]
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Upload"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    getUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description From the list, or from the upload's answer.
                 * @example 5f0c8a1be2d94c7d8e6f00112233abcd
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The upload. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upload"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description From the list, or from the upload's answer.
                 * @example 5f0c8a1be2d94c7d8e6f00112233abcd
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone, also from the server's files. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    downloadUpload: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description From the list, or from the upload's answer.
                 * @example 5f0c8a1be2d94c7d8e6f00112233abcd
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    /** @description attachment, with the file's name. */
                    "Content-Disposition"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                    "text/plain": string;
                    "application/json": unknown;
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["IgnoredTooLarge"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    uploadRotation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadRotation"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["IgnoredTooLarge"];
        };
    };
    rotateUploads: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is running, or there is nothing to do. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UploadRotation"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    getContext: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClimberContext"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    putContext: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "climbs": [
                 *         {
                 *           "date": "2026-11-01",
                 *           "grade": "V4",
                 *           "sent": true
                 *         },
                 *         {
                 *           "date": "2026-11-08",
                 *           "grade": "V5",
                 *           "sent": false
                 *         }
                 *       ],
                 *       "goals": [
                 *         "Climb V6 before June"
                 *       ],
                 *       "health": "Finger injury in spring, healed."
                 *     }
                 */
                "application/json": components["schemas"]["ClimberContext"];
            };
        };
        responses: {
            /** @description Replaced. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            503: components["responses"]["Unavailable"];
        };
    };
    getGradePyramid: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The data of the view. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GradePyramid"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    getTrainingTrends: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The data of the view. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrainingTrends"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    getPerformance: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The data of the view. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Performance"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    getCoachAccess: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "available": false,
                     *       "phase": "tracking",
                     *       "reason": "before_window",
                     *       "message": "The coach is available again from 2026-12-01T09:00:00.000Z.",
                     *       "meeting_id": null,
                     *       "closes_at": null,
                     *       "next_available": "2026-12-01T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["CoachAccess"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    getCoachHistory: {
        parameters: {
            query?: {
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The messages. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "messages": [
                     *         {
                     *           "id": "20261130T091805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427-a",
                     *           "role": "assistant",
                     *           "content": "Begin today.",
                     *           "timestamp": "2026-11-30T09:18:06.011Z",
                     *           "meeting_id": null,
                     *           "metadata": {
                     *             "model": "claude-3-5-sonnet-20241022",
                     *             "tokens_used": 123
                     *           },
                     *           "state": "complete"
                     *         }
                     *       ],
                     *       "total": 2,
                     *       "next_cursor": null,
                     *       "has_more": false
                     *     }
                     */
                    "application/json": components["schemas"]["CoachHistory"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    clearCoachHistory: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "deleted_messages": 2
                     *     }
                     */
                    "application/json": {
                        deleted_messages: number;
                    };
                };
            };
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    sendToCoach: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 printable ASCII characters without spaces; the same key with another message is refused.
                 * @example 7f0c1b2e-07
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "content": "How do I begin?"
                 *     }
                 */
                "application/json": {
                    content: string;
                };
            };
        };
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "20261130T091805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427-a",
                     *       "role": "assistant",
                     *       "content": "Begin today.",
                     *       "timestamp": "2026-11-30T09:18:06.011Z",
                     *       "meeting_id": null,
                     *       "metadata": {
                     *         "model": "claude-3-5-sonnet-20241022",
                     *         "tokens_used": 123
                     *       },
                     *       "state": "complete",
                     *       "finish": "stop"
                     *     }
                     */
                    "application/json": components["schemas"]["CoachMessage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["TimedOut"];
        };
    };
    openCoachSocket: {
        parameters: {
            query?: {
                /** @description The token, for clients that cannot set headers. */
                token?: string;
                /** @description The `position` of the last message that this client has, unchanged: what followed it comes first, then what is new. If that is not kept any more, `reset` comes. Without it: only what is new. */
                position?: components["schemas"]["EventId"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The WebSocket is open. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["IgnoredTooLarge"];
            /** @description The request asks for no WebSocket of version 13. */
            426: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            503: components["responses"]["Unavailable"];
        };
    };
    coachDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description To /docs. */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            413: components["responses"]["IgnoredTooLarge"];
        };
    };
    getProfile: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The profile. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "user_id": "ann",
                     *       "name": "Ann",
                     *       "time_zone": "Europe/Berlin",
                     *       "phase": "tracking",
                     *       "phase_changes": [
                     *         {
                     *           "at": "2026-11-30T09:00:00.000Z",
                     *           "from": null,
                     *           "to": "tracking",
                     *           "by": "system"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["CoachProfile"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    putProfile: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Ann",
                 *       "time_zone": "Europe/Berlin"
                 *     }
                 */
                "application/json": {
                    name?: string | null;
                    /** @description A name of the time zone database. Times of imported calendars without a zone are in it. */
                    time_zone?: string | null;
                };
            };
        };
        responses: {
            /** @description The profile. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "user_id": "ann",
                     *       "name": "Ann",
                     *       "time_zone": "Europe/Berlin",
                     *       "phase": "tracking",
                     *       "phase_changes": [
                     *         {
                     *           "at": "2026-11-30T09:00:00.000Z",
                     *           "from": null,
                     *           "to": "tracking",
                     *           "by": "system"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["CoachProfile"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    listGoals: {
        parameters: {
            query?: {
                /** @description Only these. */
                status?: "active" | "completed" | "abandoned";
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The goals. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "goals": [
                     *         {
                     *           "id": "goal_5f1c0a9be2d34476a1c0de55",
                     *           "title": "Run 10 km",
                     *           "description": "",
                     *           "status": "active",
                     *           "target_date": "2027-06-01",
                     *           "created_at": "2026-11-30T09:00:00.000Z",
                     *           "updated_at": "2026-11-30T09:00:00.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        goals: components["schemas"]["Goal"][];
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    createGoal: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "title": "Run 10 km",
                 *       "target_date": "2027-06-01"
                 *     }
                 */
                "application/json": {
                    title: string;
                    description?: string;
                    /** @enum {string} */
                    status?: "active" | "completed" | "abandoned";
                    /** @description 2027-06-01 */
                    target_date?: string | null;
                };
            };
        };
        responses: {
            /** @description The goal. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "goal_5f1c0a9be2d34476a1c0de55",
                     *       "title": "Run 10 km",
                     *       "description": "",
                     *       "status": "active",
                     *       "target_date": "2027-06-01",
                     *       "created_at": "2026-11-30T09:00:00.000Z",
                     *       "updated_at": "2026-11-30T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Goal"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    getGoal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the goal.
                 * @example goal_5f1c0a9be2d34476a1c0de55
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The goal. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "goal_5f1c0a9be2d34476a1c0de55",
                     *       "title": "Run 10 km",
                     *       "description": "",
                     *       "status": "active",
                     *       "target_date": "2027-06-01",
                     *       "created_at": "2026-11-30T09:00:00.000Z",
                     *       "updated_at": "2026-11-30T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Goal"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteGoal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the goal.
                 * @example goal_5f1c0a9be2d34476a1c0de55
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    changeGoal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the goal.
                 * @example goal_5f1c0a9be2d34476a1c0de55
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "status": "completed"
                 *     }
                 */
                "application/json": {
                    title?: string;
                    description?: string;
                    /** @enum {string} */
                    status?: "active" | "completed" | "abandoned";
                    /** @description 2027-06-01 */
                    target_date?: string | null;
                };
            };
        };
        responses: {
            /** @description The goal. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "goal_5f1c0a9be2d34476a1c0de55",
                     *       "title": "Run 10 km",
                     *       "description": "",
                     *       "status": "active",
                     *       "target_date": "2027-06-01",
                     *       "created_at": "2026-11-30T09:00:00.000Z",
                     *       "updated_at": "2026-11-30T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Goal"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMeetings: {
        parameters: {
            query?: {
                /** @description Those that begin at this time or later. */
                from?: string;
                /** @description Those that begin before this time. */
                to?: string;
                /** @description How many at most. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The meetings. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "meetings": [
                     *         {
                     *           "id": "meeting_5f1c0a9be2d34476a1c0de55",
                     *           "title": "Weekly",
                     *           "start": "2026-12-01T09:30:00.000Z",
                     *           "end": "2026-12-01T10:00:00.000Z",
                     *           "duration_minutes": 30,
                     *           "status": "scheduled",
                     *           "imported": false,
                     *           "created_at": "2026-11-30T09:00:00.000Z",
                     *           "updated_at": "2026-11-30T09:00:00.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        meetings: components["schemas"]["Meeting"][];
                        next_cursor: string | null;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    createMeeting: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "title": "Weekly",
                 *       "start": "2026-12-01T10:30:00+01:00",
                 *       "duration_minutes": 30
                 *     }
                 */
                "application/json": {
                    title: string;
                    /** Format: date-time */
                    start: string;
                    /**
                     * Format: date-time
                     * @description Instead of duration_minutes; needs start.
                     */
                    end?: string;
                    duration_minutes?: number;
                    /** @enum {string} */
                    status?: "scheduled" | "cancelled";
                };
            };
        };
        responses: {
            /** @description The meeting. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "meeting_5f1c0a9be2d34476a1c0de55",
                     *       "title": "Weekly",
                     *       "start": "2026-12-01T09:30:00.000Z",
                     *       "end": "2026-12-01T10:00:00.000Z",
                     *       "duration_minutes": 30,
                     *       "status": "scheduled",
                     *       "imported": false,
                     *       "created_at": "2026-11-30T09:00:00.000Z",
                     *       "updated_at": "2026-11-30T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Meeting"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    getMeeting: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the meeting.
                 * @example meeting_5f1c0a9be2d34476a1c0de55
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The meeting. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "meeting_5f1c0a9be2d34476a1c0de55",
                     *       "title": "Weekly",
                     *       "start": "2026-12-01T09:30:00.000Z",
                     *       "end": "2026-12-01T10:00:00.000Z",
                     *       "duration_minutes": 30,
                     *       "status": "scheduled",
                     *       "imported": false,
                     *       "created_at": "2026-11-30T09:00:00.000Z",
                     *       "updated_at": "2026-11-30T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Meeting"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteMeeting: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the meeting.
                 * @example meeting_5f1c0a9be2d34476a1c0de55
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    changeMeeting: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the meeting.
                 * @example meeting_5f1c0a9be2d34476a1c0de55
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "status": "cancelled"
                 *     }
                 */
                "application/json": {
                    title?: string;
                    /** Format: date-time */
                    start?: string;
                    /**
                     * Format: date-time
                     * @description Instead of duration_minutes; needs start.
                     */
                    end?: string;
                    duration_minutes?: number;
                    /** @enum {string} */
                    status?: "scheduled" | "cancelled";
                };
            };
        };
        responses: {
            /** @description The meeting. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "meeting_5f1c0a9be2d34476a1c0de55",
                     *       "title": "Weekly",
                     *       "start": "2026-12-01T09:30:00.000Z",
                     *       "end": "2026-12-01T10:00:00.000Z",
                     *       "duration_minutes": 30,
                     *       "status": "scheduled",
                     *       "imported": false,
                     *       "created_at": "2026-11-30T09:00:00.000Z",
                     *       "updated_at": "2026-11-30T09:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Meeting"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NotFound"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    importCalendar: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example BEGIN:VCALENDAR
                 *     VERSION:2.0
                 *     PRODID:-//example//EN
                 *     BEGIN:VEVENT
                 *     UID:1@example.com
                 *     DTSTAMP:20261130T090000Z
                 *     DTSTART:20301201T093000Z
                 *     DTEND:20301201T100000Z
                 *     SUMMARY:Weekly
                 *     END:VEVENT
                 *     END:VCALENDAR
                 */
                "text/calendar": string;
                /**
                 * @example {
                 *       "file": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\nBEGIN:VEVENT\r\nUID:1@example.com\r\nDTSTAMP:20261130T090000Z\r\nDTSTART:20301201T093000Z\r\nDTEND:20301201T100000Z\r\nSUMMARY:Weekly\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
                 *     }
                 */
                "multipart/form-data": {
                    /** Format: binary */
                    file: string;
                };
            };
        };
        responses: {
            /** @description It is imported. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "added": 12,
                     *       "changed": 1,
                     *       "unchanged": 0,
                     *       "skipped": 0,
                     *       "problems": []
                     *     }
                     */
                    "application/json": {
                        added: number;
                        changed: number;
                        unchanged: number;
                        skipped: number;
                        problems: {
                            line?: number;
                            uid?: string | null;
                            text?: string;
                        }[];
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["Unprocessable"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    exportCalendar: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An iCalendar file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/calendar": string;
                };
            };
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    getCalendarFeed: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description When it was made; null: there is none. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "address": null,
                     *       "created_at": "2026-11-30T09:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        address: string | null;
                        /** Format: date-time */
                        created_at: string | null;
                    };
                };
            };
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    renewCalendarFeed: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The address, below this server's. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "address": "/api/v1/calendar/feeds/0f9c51e7b3a24d6880c2f4e1d7a9b3650f9c51e7b3a24d6880c2f4e1d7a9b365",
                     *       "created_at": "2026-11-30T09:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        address: string | null;
                        /** Format: date-time */
                        created_at: string | null;
                    };
                };
            };
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            429: components["responses"]["TooMany"];
            503: components["responses"]["Unavailable"];
        };
    };
    revokeCalendarFeed: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is none. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    readCalendarFeed: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The secret.
                 * @example 0f9c51e7b3a24d6880c2f4e1d7a9b3650f9c51e7b3a24d6880c2f4e1d7a9b365
                 */
                secret: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An iCalendar file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/calendar": string;
                };
            };
            404: components["responses"]["NotFound"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    createChatCompletion: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 printable ASCII characters without spaces; the same key with another body is refused.
                 * @example 7f0c1b2e-08
                 */
                "Idempotency-Key"?: string;
                /** @description With the `Idempotency-Key` and the body of an earlier request, and `stream: true`: its stream goes on just after this event. */
                "Last-Event-ID"?: components["schemas"]["EventId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description An alias of `GET /v1/models`. Without it: `openai.model`. */
                    model?: string;
                    messages: {
                        /** @enum {string} */
                        role: "system" | "developer" | "user" | "assistant" | "tool";
                    }[];
                    stream?: boolean | null;
                    stream_options?: {
                        include_usage?: boolean | null;
                    } | null;
                    max_completion_tokens?: number | null;
                    /** @description The older name. */
                    max_tokens?: number | null;
                    temperature?: number | null;
                    tools?: Record<string, never>[] | null;
                    /** @description The answer goes on when its client leaves. */
                    store?: boolean | null;
                };
            };
        };
        responses: {
            /** @description The whole answer, or with `stream` its chunks. */
            200: {
                headers: {
                    /** @description The id of the run. */
                    "x-belay-run-id"?: components["schemas"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "chatcmpl-20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427",
                     *       "object": "chat.completion",
                     *       "created": 1795267085,
                     *       "model": "grok-3",
                     *       "choices": [
                     *         {
                     *           "index": 0,
                     *           "message": {
                     *             "role": "assistant",
                     *             "content": "Hello.",
                     *             "refusal": null
                     *           },
                     *           "logprobs": null,
                     *           "finish_reason": "stop"
                     *         }
                     *       ],
                     *       "usage": {
                     *         "prompt_tokens": 12,
                     *         "completion_tokens": 3,
                     *         "total_tokens": 15,
                     *         "prompt_tokens_details": {
                     *           "cached_tokens": 0
                     *         },
                     *         "completion_tokens_details": {
                     *           "reasoning_tokens": 0
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ChatCompletion"];
                    /**
                     * @example retry: 1370
                     *     id: 1-1
                     *     data: {"id":"chatcmpl-20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","object":"chat.completion.chunk","created":1795267085,"model":"grok-3","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}
                     *
                     *     id: 1-4
                     *     data: {"id":"chatcmpl-20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","object":"chat.completion.chunk","created":1795267085,"model":"grok-3","choices":[{"index":0,"delta":{"content":"Hello."},"logprobs":null,"finish_reason":null}]}
                     *
                     *     data: {"id":"chatcmpl-20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","object":"chat.completion.chunk","created":1795267085,"model":"grok-3","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}
                     *
                     *     id: 1-5
                     *     data: [DONE]
                     */
                    "text/event-stream": components["schemas"]["ChatCompletionChunk"];
                };
            };
            /** @description The answer has ended and you have seen all of it. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OpenAiBadRequest"];
            401: components["responses"]["OpenAiUnauthenticated"];
            403: components["responses"]["OpenAiForbidden"];
            404: components["responses"]["OpenAiNotFound"];
            409: components["responses"]["OpenAiConflict"];
            413: components["responses"]["OpenAiTooLarge"];
            415: components["responses"]["OpenAiUnsupportedMediaType"];
            422: components["responses"]["OpenAiUnprocessable"];
            429: components["responses"]["OpenAiTooMany"];
            502: components["responses"]["OpenAiProvider"];
            503: components["responses"]["OpenAiUnavailable"];
            504: components["responses"]["OpenAiTimedOut"];
        };
    };
    readChatCompletion: {
        parameters: {
            query?: {
                stream?: boolean;
                /** @description How many chunks you have had. */
                starting_after?: number;
                /** @description As `stream_options.include_usage`. */
                include_usage?: boolean;
                /** @description The same, for clients that cannot set headers. */
                last_event_id?: components["schemas"]["EventId"];
            };
            header?: {
                /** @description The id of the last event that was seen; the stream goes on just after it. */
                "Last-Event-ID"?: components["schemas"]["EventId"];
            };
            path: {
                /**
                 * @description The id of a completion.
                 * @example chatcmpl-20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
                 */
                completion_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole answer, or with `stream` its chunks. */
            200: {
                headers: {
                    /** @description The id of the run. */
                    "x-belay-run-id"?: components["schemas"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "chatcmpl-20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427",
                     *       "object": "chat.completion",
                     *       "created": 1795267085,
                     *       "model": "grok-3",
                     *       "choices": [
                     *         {
                     *           "index": 0,
                     *           "message": {
                     *             "role": "assistant",
                     *             "content": "Hello.",
                     *             "refusal": null
                     *           },
                     *           "logprobs": null,
                     *           "finish_reason": "stop"
                     *         }
                     *       ],
                     *       "usage": {
                     *         "prompt_tokens": 12,
                     *         "completion_tokens": 3,
                     *         "total_tokens": 15,
                     *         "prompt_tokens_details": {
                     *           "cached_tokens": 0
                     *         },
                     *         "completion_tokens_details": {
                     *           "reasoning_tokens": 0
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["ChatCompletion"];
                    /**
                     * @example retry: 1370
                     *     id: 1-1
                     *     data: {"id":"chatcmpl-20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","object":"chat.completion.chunk","created":1795267085,"model":"grok-3","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}
                     *
                     *     id: 1-4
                     *     data: {"id":"chatcmpl-20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","object":"chat.completion.chunk","created":1795267085,"model":"grok-3","choices":[{"index":0,"delta":{"content":"Hello."},"logprobs":null,"finish_reason":null}]}
                     *
                     *     data: {"id":"chatcmpl-20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","object":"chat.completion.chunk","created":1795267085,"model":"grok-3","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}
                     *
                     *     id: 1-5
                     *     data: [DONE]
                     */
                    "text/event-stream": components["schemas"]["ChatCompletionChunk"];
                };
            };
            /** @description The answer has ended and you have seen all of it. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OpenAiBadRequest"];
            401: components["responses"]["OpenAiUnauthenticated"];
            403: components["responses"]["OpenAiForbidden"];
            404: components["responses"]["OpenAiNotFound"];
            409: components["responses"]["OpenAiConflict"];
            410: components["responses"]["OpenAiGone"];
            413: components["responses"]["OpenAiTooLarge"];
            422: components["responses"]["OpenAiUnprocessable"];
            502: components["responses"]["OpenAiProvider"];
            503: components["responses"]["OpenAiUnavailable"];
            504: components["responses"]["OpenAiTimedOut"];
        };
    };
    cancelChatCompletion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a completion.
                 * @example chatcmpl-20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
                 */
                completion_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is cancelled, or had ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OpenAiBadRequest"];
            401: components["responses"]["OpenAiUnauthenticated"];
            403: components["responses"]["OpenAiForbidden"];
            404: components["responses"]["OpenAiNotFound"];
            413: components["responses"]["OpenAiTooLarge"];
            503: components["responses"]["OpenAiUnavailable"];
        };
    };
    createResponse: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 printable ASCII characters without spaces; the same key with another body is refused.
                 * @example 7f0c1b2e-5a
                 */
                "Idempotency-Key"?: string;
                /** @description With the `Idempotency-Key` and the body of an earlier request, and `stream: true`: its stream goes on just after this event. */
                "Last-Event-ID"?: components["schemas"]["EventId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description An alias of `GET /v1/models`. Without it: `openai.model`. */
                    model?: string;
                    /** @description What the user says, or items: `message` (also without `type`), `function_call`, `function_call_output`, `reasoning`, `item_reference`. */
                    input: string | Record<string, never>[];
                    /** @description The system prompt of this request alone. Messages of the system in the input hold for later requests, too. */
                    instructions?: string | null;
                    /** @description A response of yours that was stored and has ended: its input and output come before this input. */
                    previous_response_id?: string | null;
                    /** @description Whether a later request may go on with this response. Without it: true. */
                    store?: boolean | null;
                    /** @description Answered at once, and goes on without a reader. Needs `store`. */
                    background?: boolean | null;
                    stream?: boolean | null;
                    max_output_tokens?: number | null;
                    temperature?: number | null;
                    top_p?: number | null;
                    tools?: Record<string, never>[] | null;
                    /** @description `format`: `text`, `json_object` or `json_schema`. */
                    text?: Record<string, never> | null;
                    /** @description `effort`: how much the model thinks. */
                    reasoning?: Record<string, never> | null;
                    metadata?: {
                        [key: string]: string;
                    } | null;
                };
            };
        };
        responses: {
            /** @description The whole response, with `background` what there is at once, or with `stream` its events. */
            200: {
                headers: {
                    /** @description The id of the run. */
                    "x-belay-run-id"?: components["schemas"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "resp_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427",
                     *       "object": "response",
                     *       "created_at": 1795267085,
                     *       "model": "grok-3",
                     *       "background": false,
                     *       "store": true,
                     *       "previous_response_id": null,
                     *       "instructions": null,
                     *       "metadata": {},
                     *       "max_output_tokens": null,
                     *       "temperature": null,
                     *       "top_p": null,
                     *       "parallel_tool_calls": true,
                     *       "tool_choice": "auto",
                     *       "tools": [],
                     *       "text": {
                     *         "format": {
                     *           "type": "text"
                     *         }
                     *       },
                     *       "reasoning": {
                     *         "effort": null,
                     *         "summary": null
                     *       },
                     *       "truncation": "disabled",
                     *       "output": [
                     *         {
                     *           "id": "msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0",
                     *           "type": "message",
                     *           "role": "assistant",
                     *           "content": [
                     *             {
                     *               "type": "output_text",
                     *               "annotations": [],
                     *               "logprobs": [],
                     *               "text": "Hello."
                     *             }
                     *           ],
                     *           "status": "completed"
                     *         }
                     *       ],
                     *       "status": "completed",
                     *       "error": null,
                     *       "incomplete_details": null,
                     *       "usage": {
                     *         "input_tokens": 12,
                     *         "input_tokens_details": {
                     *           "cached_tokens": 0
                     *         },
                     *         "output_tokens": 3,
                     *         "output_tokens_details": {
                     *           "reasoning_tokens": 0
                     *         },
                     *         "total_tokens": 15
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Response"];
                    /**
                     * @example retry: 1370
                     *     event: response.created
                     *     data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","object":"response","created_at":1795267085,"model":"grok-3","background":false,"store":true,"previous_response_id":null,"instructions":null,"metadata":{},"max_output_tokens":null,"temperature":null,"top_p":null,"parallel_tool_calls":true,"tool_choice":"auto","tools":[],"text":{"format":{"type":"text"}},"reasoning":{"effort":null,"summary":null},"truncation":"disabled","output":[],"status":"in_progress","error":null,"incomplete_details":null,"usage":null}}
                     *
                     *     event: response.in_progress
                     *     data: {"type":"response.in_progress","sequence_number":1,"response":{"id":"resp_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","object":"response","created_at":1795267085,"model":"grok-3","background":false,"store":true,"previous_response_id":null,"instructions":null,"metadata":{},"max_output_tokens":null,"temperature":null,"top_p":null,"parallel_tool_calls":true,"tool_choice":"auto","tools":[],"text":{"format":{"type":"text"}},"reasoning":{"effort":null,"summary":null},"truncation":"disabled","output":[],"status":"in_progress","error":null,"incomplete_details":null,"usage":null}}
                     *     id: 1-1
                     *
                     *     event: response.output_item.added
                     *     data: {"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0","type":"message","role":"assistant","content":[],"status":"in_progress"}}
                     *
                     *     event: response.content_part.added
                     *     data: {"type":"response.content_part.added","sequence_number":3,"output_index":0,"item_id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0","content_index":0,"part":{"type":"output_text","annotations":[],"logprobs":[],"text":""}}
                     *
                     *     event: response.output_text.delta
                     *     data: {"type":"response.output_text.delta","sequence_number":4,"output_index":0,"item_id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0","content_index":0,"delta":"Hello.","logprobs":[]}
                     *     id: 1-4
                     *
                     *     event: response.output_text.done
                     *     data: {"type":"response.output_text.done","sequence_number":5,"output_index":0,"item_id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0","content_index":0,"text":"Hello.","logprobs":[]}
                     *
                     *     event: response.content_part.done
                     *     data: {"type":"response.content_part.done","sequence_number":6,"output_index":0,"item_id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0","content_index":0,"part":{"type":"output_text","annotations":[],"logprobs":[],"text":"Hello."}}
                     *
                     *     event: response.output_item.done
                     *     data: {"type":"response.output_item.done","sequence_number":7,"output_index":0,"item":{"id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0","type":"message","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"Hello."}],"status":"completed"}}
                     *
                     *     event: response.completed
                     *     data: {"type":"response.completed","sequence_number":8,"response":{"id":"resp_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","object":"response","created_at":1795267085,"model":"grok-3","background":false,"store":true,"previous_response_id":null,"instructions":null,"metadata":{},"max_output_tokens":null,"temperature":null,"top_p":null,"parallel_tool_calls":true,"tool_choice":"auto","tools":[],"text":{"format":{"type":"text"}},"reasoning":{"effort":null,"summary":null},"truncation":"disabled","output":[{"id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0","type":"message","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"Hello."}],"status":"completed"}],"status":"completed","error":null,"incomplete_details":null,"usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":0},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":15}}}
                     *     id: 1-5
                     */
                    "text/event-stream": components["schemas"]["ResponseEvent"];
                };
            };
            /** @description The answer has ended and you have seen all of it. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OpenAiBadRequest"];
            401: components["responses"]["OpenAiUnauthenticated"];
            403: components["responses"]["OpenAiForbidden"];
            404: components["responses"]["OpenAiNotFound"];
            409: components["responses"]["OpenAiConflict"];
            413: components["responses"]["OpenAiTooLarge"];
            415: components["responses"]["OpenAiUnsupportedMediaType"];
            422: components["responses"]["OpenAiUnprocessable"];
            429: components["responses"]["OpenAiTooMany"];
            502: components["responses"]["OpenAiProvider"];
            503: components["responses"]["OpenAiUnavailable"];
            504: components["responses"]["OpenAiTimedOut"];
        };
    };
    readResponse: {
        parameters: {
            query?: {
                stream?: boolean;
                /** @description The `sequence_number` of the last event that you have. */
                starting_after?: number;
                /** @description The same, for clients that cannot set headers. */
                last_event_id?: components["schemas"]["EventId"];
            };
            header?: {
                /** @description The id of the last event that was seen; the stream goes on just after it. */
                "Last-Event-ID"?: components["schemas"]["EventId"];
            };
            path: {
                /**
                 * @description The id of a response.
                 * @example resp_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
                 */
                response_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The response, or with `stream` its events. */
            200: {
                headers: {
                    /** @description The id of the run. */
                    "x-belay-run-id"?: components["schemas"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "resp_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427",
                     *       "object": "response",
                     *       "created_at": 1795267085,
                     *       "model": "grok-3",
                     *       "background": false,
                     *       "store": true,
                     *       "previous_response_id": null,
                     *       "instructions": null,
                     *       "metadata": {},
                     *       "max_output_tokens": null,
                     *       "temperature": null,
                     *       "top_p": null,
                     *       "parallel_tool_calls": true,
                     *       "tool_choice": "auto",
                     *       "tools": [],
                     *       "text": {
                     *         "format": {
                     *           "type": "text"
                     *         }
                     *       },
                     *       "reasoning": {
                     *         "effort": null,
                     *         "summary": null
                     *       },
                     *       "truncation": "disabled",
                     *       "output": [
                     *         {
                     *           "id": "msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0",
                     *           "type": "message",
                     *           "role": "assistant",
                     *           "content": [
                     *             {
                     *               "type": "output_text",
                     *               "annotations": [],
                     *               "logprobs": [],
                     *               "text": "Hello."
                     *             }
                     *           ],
                     *           "status": "completed"
                     *         }
                     *       ],
                     *       "status": "completed",
                     *       "error": null,
                     *       "incomplete_details": null,
                     *       "usage": {
                     *         "input_tokens": 12,
                     *         "input_tokens_details": {
                     *           "cached_tokens": 0
                     *         },
                     *         "output_tokens": 3,
                     *         "output_tokens_details": {
                     *           "reasoning_tokens": 0
                     *         },
                     *         "total_tokens": 15
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Response"];
                    /**
                     * @example retry: 1370
                     *     event: response.created
                     *     data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","object":"response","created_at":1795267085,"model":"grok-3","background":false,"store":true,"previous_response_id":null,"instructions":null,"metadata":{},"max_output_tokens":null,"temperature":null,"top_p":null,"parallel_tool_calls":true,"tool_choice":"auto","tools":[],"text":{"format":{"type":"text"}},"reasoning":{"effort":null,"summary":null},"truncation":"disabled","output":[],"status":"in_progress","error":null,"incomplete_details":null,"usage":null}}
                     *
                     *     event: response.in_progress
                     *     data: {"type":"response.in_progress","sequence_number":1,"response":{"id":"resp_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","object":"response","created_at":1795267085,"model":"grok-3","background":false,"store":true,"previous_response_id":null,"instructions":null,"metadata":{},"max_output_tokens":null,"temperature":null,"top_p":null,"parallel_tool_calls":true,"tool_choice":"auto","tools":[],"text":{"format":{"type":"text"}},"reasoning":{"effort":null,"summary":null},"truncation":"disabled","output":[],"status":"in_progress","error":null,"incomplete_details":null,"usage":null}}
                     *     id: 1-1
                     *
                     *     event: response.output_item.added
                     *     data: {"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0","type":"message","role":"assistant","content":[],"status":"in_progress"}}
                     *
                     *     event: response.content_part.added
                     *     data: {"type":"response.content_part.added","sequence_number":3,"output_index":0,"item_id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0","content_index":0,"part":{"type":"output_text","annotations":[],"logprobs":[],"text":""}}
                     *
                     *     event: response.output_text.delta
                     *     data: {"type":"response.output_text.delta","sequence_number":4,"output_index":0,"item_id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0","content_index":0,"delta":"Hello.","logprobs":[]}
                     *     id: 1-4
                     *
                     *     event: response.output_text.done
                     *     data: {"type":"response.output_text.done","sequence_number":5,"output_index":0,"item_id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0","content_index":0,"text":"Hello.","logprobs":[]}
                     *
                     *     event: response.content_part.done
                     *     data: {"type":"response.content_part.done","sequence_number":6,"output_index":0,"item_id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0","content_index":0,"part":{"type":"output_text","annotations":[],"logprobs":[],"text":"Hello."}}
                     *
                     *     event: response.output_item.done
                     *     data: {"type":"response.output_item.done","sequence_number":7,"output_index":0,"item":{"id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0","type":"message","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"Hello."}],"status":"completed"}}
                     *
                     *     event: response.completed
                     *     data: {"type":"response.completed","sequence_number":8,"response":{"id":"resp_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","object":"response","created_at":1795267085,"model":"grok-3","background":false,"store":true,"previous_response_id":null,"instructions":null,"metadata":{},"max_output_tokens":null,"temperature":null,"top_p":null,"parallel_tool_calls":true,"tool_choice":"auto","tools":[],"text":{"format":{"type":"text"}},"reasoning":{"effort":null,"summary":null},"truncation":"disabled","output":[{"id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0","type":"message","role":"assistant","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"Hello."}],"status":"completed"}],"status":"completed","error":null,"incomplete_details":null,"usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":0},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":15}}}
                     *     id: 1-5
                     */
                    "text/event-stream": components["schemas"]["ResponseEvent"];
                };
            };
            /** @description With a `Last-Event-ID`: the answer has ended and you have seen all of it. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["OpenAiBadRequest"];
            401: components["responses"]["OpenAiUnauthenticated"];
            404: components["responses"]["OpenAiNotFound"];
            409: components["responses"]["OpenAiConflict"];
            410: components["responses"]["OpenAiGone"];
            413: components["responses"]["OpenAiTooLarge"];
            503: components["responses"]["OpenAiUnavailable"];
        };
    };
    deleteResponse: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a response.
                 * @example resp_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
                 */
                response_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nothing of it is kept. */
            200: {
                headers: {
                    /** @description The id of the run. */
                    "x-belay-run-id"?: components["schemas"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "resp_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427",
                     *       "object": "response",
                     *       "deleted": true
                     *     }
                     */
                    "application/json": components["schemas"]["DeletedResponse"];
                };
            };
            401: components["responses"]["OpenAiUnauthenticated"];
            404: components["responses"]["OpenAiNotFound"];
            410: components["responses"]["OpenAiGone"];
            413: components["responses"]["OpenAiTooLarge"];
            503: components["responses"]["OpenAiUnavailable"];
        };
    };
    cancelResponse: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a response.
                 * @example resp_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
                 */
                response_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The response, cancelled or as it had ended. */
            200: {
                headers: {
                    /** @description The id of the run. */
                    "x-belay-run-id"?: components["schemas"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "resp_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427",
                     *       "object": "response",
                     *       "created_at": 1795267085,
                     *       "model": "grok-3",
                     *       "background": false,
                     *       "store": true,
                     *       "previous_response_id": null,
                     *       "instructions": null,
                     *       "metadata": {},
                     *       "max_output_tokens": null,
                     *       "temperature": null,
                     *       "top_p": null,
                     *       "parallel_tool_calls": true,
                     *       "tool_choice": "auto",
                     *       "tools": [],
                     *       "text": {
                     *         "format": {
                     *           "type": "text"
                     *         }
                     *       },
                     *       "reasoning": {
                     *         "effort": null,
                     *         "summary": null
                     *       },
                     *       "truncation": "disabled",
                     *       "output": [
                     *         {
                     *           "id": "msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_0",
                     *           "type": "message",
                     *           "role": "assistant",
                     *           "content": [
                     *             {
                     *               "type": "output_text",
                     *               "annotations": [],
                     *               "logprobs": [],
                     *               "text": "Hello."
                     *             }
                     *           ],
                     *           "status": "incomplete"
                     *         }
                     *       ],
                     *       "status": "cancelled",
                     *       "error": null,
                     *       "incomplete_details": {
                     *         "reason": "cancelled"
                     *       },
                     *       "usage": {
                     *         "input_tokens": 12,
                     *         "input_tokens_details": {
                     *           "cached_tokens": 0
                     *         },
                     *         "output_tokens": 3,
                     *         "output_tokens_details": {
                     *           "reasoning_tokens": 0
                     *         },
                     *         "total_tokens": 15
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Response"];
                };
            };
            401: components["responses"]["OpenAiUnauthenticated"];
            404: components["responses"]["OpenAiNotFound"];
            410: components["responses"]["OpenAiGone"];
            413: components["responses"]["OpenAiTooLarge"];
            503: components["responses"]["OpenAiUnavailable"];
        };
    };
    listResponseInputItems: {
        parameters: {
            query?: {
                /** @description Oldest or newest first. Without it: `asc`. */
                order?: "asc" | "desc";
                /** @description At most so many items. Without it: all. */
                limit?: number;
                /** @description The id of an item of the list: only those behind it, in this order. */
                after?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The id of a response.
                 * @example resp_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
                 */
                response_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The items. */
            200: {
                headers: {
                    /** @description The id of the run. */
                    "x-belay-run-id"?: components["schemas"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "object": "list",
                     *       "data": [
                     *         {
                     *           "id": "msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_in0",
                     *           "type": "message",
                     *           "status": "completed",
                     *           "role": "user",
                     *           "content": [
                     *             {
                     *               "type": "input_text",
                     *               "text": "Hi"
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "has_more": false,
                     *       "first_id": "msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_in0",
                     *       "last_id": "msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427_in0"
                     *     }
                     */
                    "application/json": components["schemas"]["ResponseInputItems"];
                };
            };
            400: components["responses"]["OpenAiBadRequest"];
            401: components["responses"]["OpenAiUnauthenticated"];
            404: components["responses"]["OpenAiNotFound"];
            410: components["responses"]["OpenAiGone"];
            413: components["responses"]["OpenAiTooLarge"];
            503: components["responses"]["OpenAiUnavailable"];
        };
    };
    listModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the order of the catalogue. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "object": "list",
                     *       "data": [
                     *         {
                     *           "id": "grok-3",
                     *           "object": "model",
                     *           "created": 0,
                     *           "owned_by": "belay",
                     *           "type": "model",
                     *           "display_name": "grok-3",
                     *           "created_at": "1970-01-01T00:00:00Z"
                     *         }
                     *       ],
                     *       "has_more": false,
                     *       "first_id": "grok-3",
                     *       "last_id": "grok-3"
                     *     }
                     */
                    "application/json": {
                        /** @enum {string} */
                        object: "list";
                        data: components["schemas"]["OpenAiModel"][];
                        has_more: boolean;
                        first_id: string | null;
                        last_id: string | null;
                    };
                };
            };
            400: components["responses"]["OpenAiBadRequest"];
            401: components["responses"]["OpenAiUnauthenticated"];
            403: components["responses"]["OpenAiForbidden"];
            413: components["responses"]["OpenAiTooLarge"];
            503: components["responses"]["OpenAiUnavailable"];
        };
    };
    retrieveModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Slashes in it may be escaped.
                 * @example grok-3
                 */
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "grok-3",
                     *       "object": "model",
                     *       "created": 0,
                     *       "owned_by": "belay",
                     *       "type": "model",
                     *       "display_name": "grok-3",
                     *       "created_at": "1970-01-01T00:00:00Z"
                     *     }
                     */
                    "application/json": components["schemas"]["OpenAiModel"];
                };
            };
            400: components["responses"]["OpenAiBadRequest"];
            401: components["responses"]["OpenAiUnauthenticated"];
            403: components["responses"]["OpenAiForbidden"];
            404: components["responses"]["OpenAiNotFound"];
            413: components["responses"]["OpenAiTooLarge"];
            503: components["responses"]["OpenAiUnavailable"];
        };
    };
    createMessage: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 printable ASCII characters without spaces; the same key with another body is refused.
                 * @example 7f0c1b2e-09
                 */
                "Idempotency-Key"?: string;
                /** @description With the `Idempotency-Key` and the body of an earlier request, and `stream: true`: its stream goes on just after this event. */
                "Last-Event-ID"?: components["schemas"]["EventId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    max_tokens: number;
                    /** @description An alias of `GET /v1/models`. Without it: `anthropic.model`. */
                    model?: string;
                    messages: {
                        /** @enum {string} */
                        role: "user" | "assistant";
                    }[];
                    system?: string | unknown[] | null;
                    tools?: Record<string, never>[] | null;
                    stream?: boolean | null;
                    temperature?: number | null;
                    stop_sequences?: string[] | null;
                };
            };
        };
        responses: {
            /** @description The whole answer, or with `stream` its events. */
            200: {
                headers: {
                    /** @description The id of the run. */
                    "x-belay-run-id"?: components["schemas"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427",
                     *       "type": "message",
                     *       "role": "assistant",
                     *       "model": "grok-3",
                     *       "content": [
                     *         {
                     *           "type": "text",
                     *           "text": "Hello."
                     *         }
                     *       ],
                     *       "stop_reason": "end_turn",
                     *       "stop_sequence": null,
                     *       "usage": {
                     *         "input_tokens": 12,
                     *         "cache_creation_input_tokens": 0,
                     *         "cache_read_input_tokens": 0,
                     *         "output_tokens": 3
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["AnthropicMessage"];
                    /**
                     * @example retry: 1370
                     *     event: message_start
                     *     data: {"type":"message_start","message":{"id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","type":"message","role":"assistant","model":"grok-3","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":14,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}}
                     *
                     *     id: 1-1
                     *     event: ping
                     *     data: {"type":"ping"}
                     *
                     *     event: content_block_start
                     *     data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
                     *
                     *     id: 1-4
                     *     event: content_block_delta
                     *     data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello."}}
                     *
                     *     event: content_block_stop
                     *     data: {"type":"content_block_stop","index":0}
                     *
                     *     event: message_delta
                     *     data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":12,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":3}}
                     *
                     *     id: 1-5
                     *     event: message_stop
                     *     data: {"type":"message_stop"}
                     */
                    "text/event-stream": components["schemas"]["AnthropicEvent"];
                };
            };
            /** @description The answer has ended and you have seen all of it. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["AnthropicBadRequest"];
            401: components["responses"]["AnthropicUnauthenticated"];
            403: components["responses"]["AnthropicForbidden"];
            404: components["responses"]["AnthropicNotFound"];
            409: components["responses"]["AnthropicConflict"];
            413: components["responses"]["AnthropicTooLarge"];
            415: components["responses"]["AnthropicUnsupportedMediaType"];
            422: components["responses"]["AnthropicUnprocessable"];
            429: components["responses"]["AnthropicTooMany"];
            502: components["responses"]["AnthropicProvider"];
            503: components["responses"]["AnthropicUnavailable"];
            504: components["responses"]["AnthropicTimedOut"];
        };
    };
    countMessageTokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "model": "grok-3",
                 *       "messages": [
                 *         {
                 *           "role": "user",
                 *           "content": "Hi"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description An alias of `GET /v1/models`. Without it: `anthropic.model`. */
                    model?: string;
                    messages: {
                        /** @enum {string} */
                        role: "user" | "assistant";
                    }[];
                    system?: string | unknown[] | null;
                    tools?: Record<string, never>[] | null;
                };
            };
        };
        responses: {
            /** @description The estimate. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "input_tokens": 6
                     *     }
                     */
                    "application/json": {
                        input_tokens: number;
                    };
                };
            };
            400: components["responses"]["AnthropicBadRequest"];
            401: components["responses"]["AnthropicUnauthenticated"];
            404: components["responses"]["AnthropicNotFound"];
            413: components["responses"]["AnthropicTooLarge"];
            415: components["responses"]["AnthropicUnsupportedMediaType"];
            503: components["responses"]["AnthropicUnavailable"];
        };
    };
    readMessage: {
        parameters: {
            query?: {
                stream?: boolean;
                /** @description The same, for clients that cannot set headers. */
                last_event_id?: components["schemas"]["EventId"];
            };
            header?: {
                /** @description The id of the last event that was seen; the stream goes on just after it. */
                "Last-Event-ID"?: components["schemas"]["EventId"];
            };
            path: {
                /**
                 * @description The id of a message.
                 * @example msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
                 */
                message_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole answer, or with `stream` its events. */
            200: {
                headers: {
                    /** @description The id of the run. */
                    "x-belay-run-id"?: components["schemas"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427",
                     *       "type": "message",
                     *       "role": "assistant",
                     *       "model": "grok-3",
                     *       "content": [
                     *         {
                     *           "type": "text",
                     *           "text": "Hello."
                     *         }
                     *       ],
                     *       "stop_reason": "end_turn",
                     *       "stop_sequence": null,
                     *       "usage": {
                     *         "input_tokens": 12,
                     *         "cache_creation_input_tokens": 0,
                     *         "cache_read_input_tokens": 0,
                     *         "output_tokens": 3
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["AnthropicMessage"];
                    /**
                     * @example retry: 1370
                     *     event: message_start
                     *     data: {"type":"message_start","message":{"id":"msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","type":"message","role":"assistant","model":"grok-3","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":14,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}}
                     *
                     *     id: 1-1
                     *     event: ping
                     *     data: {"type":"ping"}
                     *
                     *     event: content_block_start
                     *     data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}
                     *
                     *     id: 1-4
                     *     event: content_block_delta
                     *     data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello."}}
                     *
                     *     event: content_block_stop
                     *     data: {"type":"content_block_stop","index":0}
                     *
                     *     event: message_delta
                     *     data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":12,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":3}}
                     *
                     *     id: 1-5
                     *     event: message_stop
                     *     data: {"type":"message_stop"}
                     */
                    "text/event-stream": components["schemas"]["AnthropicEvent"];
                };
            };
            /** @description The answer has ended and you have seen all of it. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["AnthropicBadRequest"];
            401: components["responses"]["AnthropicUnauthenticated"];
            404: components["responses"]["AnthropicNotFound"];
            409: components["responses"]["AnthropicConflict"];
            410: components["responses"]["AnthropicGone"];
            413: components["responses"]["AnthropicTooLarge"];
            422: components["responses"]["AnthropicUnprocessable"];
            502: components["responses"]["AnthropicProvider"];
            503: components["responses"]["AnthropicUnavailable"];
            504: components["responses"]["AnthropicTimedOut"];
        };
    };
    cancelMessage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of a message.
                 * @example msg_20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
                 */
                message_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is cancelled, or had ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["AnthropicUnauthenticated"];
            404: components["responses"]["AnthropicNotFound"];
            413: components["responses"]["AnthropicTooLarge"];
            503: components["responses"]["AnthropicUnavailable"];
        };
    };
    agUiRun: {
        parameters: {
            query?: {
                /** @description 1: the client can drop a message. After a crash an answer that cannot go on then starts again behind `CUSTOM {"name":"restarted"}`; otherwise it ends with the error `interrupted`. */
                restarts?: "0" | "1";
            };
            header?: {
                /** @description The `id` of the last event that you have, of a run that you have started before: what follows it is sent. `HttpAgent` does not send it. */
                "Last-Event-ID"?: components["schemas"]["EventId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "threadId": "thread-1",
                 *       "runId": "run-1",
                 *       "messages": [
                 *         {
                 *           "id": "m1",
                 *           "role": "user",
                 *           "content": "Hi"
                 *         }
                 *       ],
                 *       "tools": [],
                 *       "context": [],
                 *       "forwardedProps": {},
                 *       "state": {}
                 *     }
                 */
                "application/json": {
                    threadId: string;
                    runId: string;
                    messages?: components["schemas"]["AgUiMessage"][];
                    tools?: {
                        name: string;
                        description?: string;
                        parameters?: Record<string, never>;
                    }[];
                    context?: {
                        description?: string;
                        value?: string;
                    }[];
                    forwardedProps?: {
                        /** @description Without it: the thread's, or `ag_ui.model`. */
                        model?: string;
                    };
                    /** @description No run here is interrupted. */
                    resume?: unknown[];
                };
            };
        };
        responses: {
            /** @description The answer as events of AG-UI. `RUN_STARTED` is the first, `RUN_FINISHED` or `RUN_ERROR` the last. A run that was stopped has the outcome `cancelled`. */
            200: {
                headers: {
                    /** @description The server's id of the run. */
                    "x-belay-run-id"?: components["schemas"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 1370
                     *     data: {"type":"RUN_STARTED","threadId":"thread-1","runId":"run-1"}
                     *     id: 1-1
                     *
                     *     data: {"type":"TEXT_MESSAGE_START","messageId":"20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427-a","role":"assistant"}
                     *
                     *     data: {"type":"TEXT_MESSAGE_CONTENT","messageId":"20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427-a","delta":"Hello."}
                     *     id: 1-4
                     *
                     *     data: {"type":"TEXT_MESSAGE_END","messageId":"20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427-a"}
                     *
                     *     data: {"type":"RUN_FINISHED","threadId":"thread-1","runId":"run-1","outcome":{"type":"success"},"result":{"finishReason":"stop"},"usage":[{"model":"grok-3","inputTokens":12,"outputTokens":3,"totalTokens":15,"cachedInputTokens":0,"reasoningTokens":0}]}
                     *     id: 1-6
                     */
                    "text/event-stream": components["schemas"]["AgUiEvent"];
                };
            };
            /** @description The run has ended and you have seen all of it. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["AgUiBadRequest"];
            401: components["responses"]["AgUiUnauthenticated"];
            403: components["responses"]["AgUiForbidden"];
            404: components["responses"]["AgUiNotFound"];
            409: components["responses"]["AgUiConflict"];
            410: components["responses"]["AgUiGone"];
            413: components["responses"]["AgUiTooLarge"];
            415: components["responses"]["AgUiUnsupportedMediaType"];
            422: components["responses"]["AgUiUnprocessable"];
            429: components["responses"]["AgUiTooMany"];
            503: components["responses"]["AgUiUnavailable"];
        };
    };
    agUiStop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The thread's id, as the client chose it.
                 * @example thread-1
                 */
                threadId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "runId": "run-1"
                 *     }
                 */
                "application/json": {
                    runId?: string | null;
                };
            };
        };
        responses: {
            /** @description Done, or nothing was under way. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true
                     *     }
                     */
                    "application/json": {
                        /** @constant */
                        success: true;
                    };
                };
            };
            400: components["responses"]["AgUiBadRequest"];
            401: components["responses"]["AgUiUnauthenticated"];
            403: components["responses"]["AgUiForbidden"];
            404: components["responses"]["AgUiNotFound"];
            413: components["responses"]["AgUiTooLarge"];
            503: components["responses"]["AgUiUnavailable"];
        };
    };
    agUiMessages: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before, for older messages. */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The thread's id, as the client chose it.
                 * @example thread-1
                 */
                threadId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The messages, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "messages": [
                     *         {
                     *           "id": "20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427-u",
                     *           "role": "user",
                     *           "content": "Hi"
                     *         }
                     *       ],
                     *       "activeRunId": "run-1",
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": {
                        messages: components["schemas"]["AgUiMessage"][];
                        activeRunId: string | null;
                        nextCursor: string | null;
                    };
                };
            };
            400: components["responses"]["AgUiBadRequest"];
            401: components["responses"]["AgUiUnauthenticated"];
            403: components["responses"]["AgUiForbidden"];
            413: components["responses"]["AgUiTooLarge"];
            503: components["responses"]["AgUiUnavailable"];
        };
    };
    agUiDelete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The thread's id, as the client chose it.
                 * @example thread-1
                 */
                threadId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description There is no such thread any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["AgUiUnauthenticated"];
            403: components["responses"]["AgUiForbidden"];
            413: components["responses"]["AgUiTooLarge"];
            503: components["responses"]["AgUiUnavailable"];
        };
    };
    readEvents: {
        parameters: {
            query?: {
                /**
                 * @description `-1`: the beginning. `now`: the tail. Else the value of a `Stream-Next-Offset`.
                 * @example 0000000001_00000000000000000004
                 */
                offset?: string;
                /** @description Waits for more. Needs `offset`. */
                live?: "long-poll" | "sse";
                /** @description The value of a `Stream-Cursor`. */
                cursor?: string;
            };
            header?: {
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a run: of a request of the assistant, or the header `x-belay-run-id`.
                 * @example 20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
                 */
                run_id: components["schemas"]["RequestId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What follows the offset; about 1 MiB at most without `live=sse`. */
            200: {
                headers: {
                    /** @description Where to read on. */
                    "Stream-Next-Offset"?: string;
                    /** @description There is nothing behind this now. */
                    "Stream-Up-To-Date"?: "true";
                    /** @description Nothing will ever follow. */
                    "Stream-Closed"?: "true";
                    /** @description To be sent with the next live read. */
                    "Stream-Cursor"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example [
                     *       {
                     *         "offset": "0000000001_00000000000000000001",
                     *         "type": "started",
                     *         "run": "20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427",
                     *         "model": "grok-3"
                     *       },
                     *       {
                     *         "offset": "0000000001_00000000000000000004",
                     *         "type": "text",
                     *         "text": "Hello."
                     *       }
                     *     ]
                     */
                    "application/json": {
                        offset: string;
                        type: string;
                    }[];
                    /**
                     * @example retry: 1370
                     *     event: data
                     *     data: [{"offset":"0000000001_00000000000000000004","type":"text","text":"Hello."}]
                     *
                     *     event: control
                     *     data: {"streamNextOffset":"0000000001_00000000000000000004","streamCursor":"4"}
                     */
                    "text/event-stream": string;
                };
            };
            /** @description A long poll found nothing in its time, or the stream is closed. */
            204: {
                headers: {
                    /** @description Where to read on. */
                    "Stream-Next-Offset"?: string;
                    /** @description There is nothing behind this now. */
                    "Stream-Up-To-Date"?: "true";
                    /** @description Nothing will ever follow. */
                    "Stream-Closed"?: "true";
                    /** @description To be sent with the next live read. */
                    "Stream-Cursor"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description You have this answer (`If-None-Match`). */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["PositionAhead"];
            410: components["responses"]["Gone"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    readText: {
        parameters: {
            query?: {
                /**
                 * @description `-1`: the beginning. `now`: the tail. Else the value of a `Stream-Next-Offset`.
                 * @example 0000000001_00000000000000000004
                 */
                offset?: string;
                /** @description Waits for more. Needs `offset`. */
                live?: "long-poll" | "sse";
                /** @description The value of a `Stream-Cursor`. */
                cursor?: string;
            };
            header?: {
                "If-None-Match"?: string;
            };
            path: {
                /**
                 * @description The id of a run: of a request of the assistant, or the header `x-belay-run-id`.
                 * @example 20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427
                 */
                run_id: components["schemas"]["RequestId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What follows the offset; about 1 MiB at most without `live=sse`. */
            200: {
                headers: {
                    /** @description Where to read on. */
                    "Stream-Next-Offset"?: string;
                    /** @description There is nothing behind this now. */
                    "Stream-Up-To-Date"?: "true";
                    /** @description Nothing will ever follow. */
                    "Stream-Closed"?: "true";
                    /** @description To be sent with the next live read. */
                    "Stream-Cursor"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example Hello. */
                    "text/plain": string;
                    /**
                     * @example retry: 1370
                     *     event: data
                     *     data: SGVsbG8u
                     *
                     *     event: control
                     *     data: {"streamNextOffset":"0000000001_00000000000000000004","streamCursor":"4"}
                     */
                    "text/event-stream": string;
                };
            };
            /** @description A long poll found nothing in its time, or the stream is closed. */
            204: {
                headers: {
                    /** @description Where to read on. */
                    "Stream-Next-Offset"?: string;
                    /** @description There is nothing behind this now. */
                    "Stream-Up-To-Date"?: "true";
                    /** @description Nothing will ever follow. */
                    "Stream-Closed"?: "true";
                    /** @description To be sent with the next live read. */
                    "Stream-Cursor"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description You have this answer (`If-None-Match`). */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["PositionAhead"];
            410: components["responses"]["Gone"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["Unavailable"];
        };
    };
    addClimbs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user, percent-encoded. Need not exist yet.
                 * @example ann
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "climbs": [
                 *         {
                 *           "date": "2026-11-01",
                 *           "grade": "V4",
                 *           "sent": true
                 *         },
                 *         {
                 *           "date": "2026-11-08",
                 *           "grade": "V5",
                 *           "sent": false
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    climbs: components["schemas"]["Climb"][];
                };
            };
        };
        responses: {
            /** @description What was added. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        added: number;
                        /** @description Were there already. */
                        known: number;
                        /** @description In the document now. */
                        climbs: number;
                    };
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
        };
    };
    useChat: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 255 printable ASCII characters without spaces; the same key with another body is refused.
                 * @example 7f0c1b2e-10
                 */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "chat-1",
                 *       "trigger": "submit-message",
                 *       "messages": [
                 *         {
                 *           "id": "m1",
                 *           "role": "user",
                 *           "parts": [
                 *             {
                 *               "type": "text",
                 *               "text": "Hi"
                 *             }
                 *           ]
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description The chat. Without it: the chat of the messages, or a new one. */
                    id?: string;
                    /** @description The whole chat as the client shows it. If it is shorter than the stored one, the new turn stands beside what it does not have. Of a user's message texts and files are read, of an answer texts and tool calls with their results. */
                    messages?: components["schemas"]["UiMessage"][];
                    message?: components["schemas"]["UiMessage"];
                    /** @enum {string} */
                    trigger?: "submit-message" | "regenerate-message";
                    messageId?: string | null;
                    /** @description Without it: the chat's, or `chat.default_model`. */
                    model?: string;
                    /** @description Tools of the page: calls become tool parts. */
                    tools?: {
                        name: string;
                        description?: string;
                        inputSchema?: Record<string, never>;
                    }[];
                };
            };
        };
        responses: {
            /** @description The answer as a UI message stream: `start`, `start-step`, texts, reasoning and tool calls as parts, `finish-step`, one `finish`, `[DONE]`. An answer that fails has `error` before `finish`, one that is cancelled `abort`. */
            200: {
                headers: {
                    /** @description The protocol. */
                    "x-vercel-ai-ui-message-stream"?: "v1";
                    /** @description The id of the run. */
                    "x-workflow-run-id"?: components["schemas"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 1370
                     *     data: {"type":"start","messageId":"20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427-a","messageMetadata":{"runId":"20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","model":"grok-3"}}
                     *
                     *     id: 1-6579240086099984385
                     *     data: {"type":"start-step"}
                     *
                     *     data: {"type":"text-start","id":"text-0"}
                     *
                     *     id: 1-6579240086099984388
                     *     data: {"type":"text-delta","id":"text-0","delta":"Hello."}
                     *
                     *     data: {"type":"text-end","id":"text-0"}
                     *
                     *     data: {"type":"finish-step"}
                     *
                     *     data: {"type":"finish","finishReason":"stop","messageMetadata":{"usage":{"inputTokens":12,"outputTokens":3,"totalTokens":15,"cachedInputTokens":0,"reasoningTokens":0}}}
                     *
                     *     id: 1-6579240086099984390
                     *     data: [DONE]
                     */
                    "text/event-stream": components["schemas"]["UiMessageChunk"];
                };
            };
            400: components["responses"]["UiBadRequest"];
            401: components["responses"]["UiUnauthenticated"];
            403: components["responses"]["UiForbidden"];
            404: components["responses"]["UiNotFound"];
            409: components["responses"]["UiConflict"];
            413: components["responses"]["UiTooLarge"];
            422: components["responses"]["UiUnprocessable"];
            429: components["responses"]["UiTooMany"];
            503: components["responses"]["UiUnavailable"];
        };
    };
    resumeUseChat: {
        parameters: {
            query?: {
                /** @description How many chunks the client has had; below 0: how many of the last ones it wants. */
                startIndex?: number;
                /** @description The same, for clients that cannot set headers. */
                last_event_id?: components["schemas"]["EventId"];
            };
            header?: {
                /** @description The id of the last event that was seen. */
                "Last-Event-ID"?: components["schemas"]["EventId"];
            };
            path: {
                /**
                 * @description The chat's id, as the client chose it; or the id of one of its runs.
                 * @example chat-1
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer as a UI message stream: `start`, `start-step`, texts, reasoning and tool calls as parts, `finish-step`, one `finish`, `[DONE]`. An answer that fails has `error` before `finish`, one that is cancelled `abort`. */
            200: {
                headers: {
                    /** @description The protocol. */
                    "x-vercel-ai-ui-message-stream"?: "v1";
                    /** @description The id of the run. */
                    "x-workflow-run-id"?: components["schemas"]["RequestId"];
                    /** @description With a `startIndex` below 0: the number of the newest chunk. */
                    "x-workflow-stream-tail-index"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 1370
                     *     data: {"type":"start","messageId":"20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427-a","messageMetadata":{"runId":"20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427","model":"grok-3"}}
                     *
                     *     id: 1-6579240086099984385
                     *     data: {"type":"start-step"}
                     *
                     *     data: {"type":"text-start","id":"text-0"}
                     *
                     *     id: 1-6579240086099984388
                     *     data: {"type":"text-delta","id":"text-0","delta":"Hello."}
                     *
                     *     data: {"type":"text-end","id":"text-0"}
                     *
                     *     data: {"type":"finish-step"}
                     *
                     *     data: {"type":"finish","finishReason":"stop","messageMetadata":{"usage":{"inputTokens":12,"outputTokens":3,"totalTokens":15,"cachedInputTokens":0,"reasoningTokens":0}}}
                     *
                     *     id: 1-6579240086099984390
                     *     data: [DONE]
                     */
                    "text/event-stream": components["schemas"]["UiMessageChunk"];
                };
            };
            /** @description There is no answer, it is another user's, or it has ended and a client certainly has it. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["UiBadRequest"];
            401: components["responses"]["UiUnauthenticated"];
            403: components["responses"]["UiForbidden"];
            409: components["responses"]["UiConflict"];
            410: components["responses"]["UiGone"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["UiUnavailable"];
        };
    };
    stopUseChat: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The chat's id, as the client chose it; or the id of one of its runs.
                 * @example chat-1
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "activeStreamId": "20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427"
                 *     }
                 */
                "application/json": {
                    activeStreamId?: string | null;
                    assistantMessage?: Record<string, never>;
                };
            };
        };
        responses: {
            /** @description Done, or nothing was under way. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "success": true
                     *     }
                     */
                    "application/json": {
                        /** @constant */
                        success: true;
                    };
                };
            };
            400: components["responses"]["UiBadRequest"];
            401: components["responses"]["UiUnauthenticated"];
            403: components["responses"]["UiForbidden"];
            404: components["responses"]["UiNotFound"];
            413: components["responses"]["UiTooLarge"];
            503: components["responses"]["UiUnavailable"];
        };
    };
    useChatMessages: {
        parameters: {
            query?: {
                /** @description `nextCursor` of the page before, for older messages. */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The chat's id, as the client chose it; or the id of one of its runs.
                 * @example chat-1
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The messages, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "messages": [
                     *         {
                     *           "id": "20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427-u",
                     *           "role": "user",
                     *           "parts": [
                     *             {
                     *               "type": "text",
                     *               "text": "Hi"
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "activeStreamId": "20261121T131805123Z-1b4e28ba-2fa1-41d2-883f-0016d3cca427",
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": {
                        messages: components["schemas"]["UiMessage"][];
                        activeStreamId: string | null;
                        nextCursor: string | null;
                    };
                };
            };
            400: components["responses"]["UiBadRequest"];
            401: components["responses"]["UiUnauthenticated"];
            403: components["responses"]["UiForbidden"];
            413: components["responses"]["IgnoredTooLarge"];
            503: components["responses"]["UiUnavailable"];
        };
    };
    useChatSocket: {
        parameters: {
            query?: {
                /** @description The token, for clients that cannot set headers. */
                token?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The WebSocket is open. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["UiBadRequest"];
            401: components["responses"]["UiUnauthenticated"];
            403: components["responses"]["UiForbidden"];
            413: components["responses"]["IgnoredTooLarge"];
            /** @description The request asks for no WebSocket of version 13. */
            426: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            503: components["responses"]["Unavailable"];
        };
    };
}
