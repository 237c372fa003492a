import Foundation

/// A client of Belay. Streams of answers continue after a cut connection or a restarted server, without a lost or repeated token.
///
///     let belay = BelayClient(baseURL: url) { expired in try await signIn.token(refresh: expired) }
///     let session = try await belay.startSession(persona: "calm_coach")
///     for try await event in belay.ask("How's it going?", session: session) {
///         if case .token(let text) = event { label.text! += text }
///     }
///
/// Cancelling the task that iterates cancels the answer of `ask`, and ends the reading of `stream` and `streamAssistant`.
public struct BelayClient: Sendable {
    public typealias Token = @Sendable (_ expired: Bool) async throws -> String?

    /// A stream that is silent for so long is opened again. The server sends a heartbeat every 15 s.
    public var idleTimeout: TimeInterval = 40
    /// A stream that makes no progress for so long without a connection is given up. Each event starts this time again.
    public var patience: TimeInterval = 300
    public var maxDelay: TimeInterval = 15

    private let baseURL: URL
    private let session: URLSession
    private let token: Token

    /// `token` is called for each request, and after a 401 once more with `expired: true`.
    public init(baseURL: URL, session: URLSession = .shared, token: @escaping Token = { _ in nil }) {
        self.baseURL = baseURL
        self.session = session
        self.token = token
    }

    // MARK: Personas

    /// Starts a session, and returns its id.
    public func startSession(user: String? = nil, persona: String? = nil) async throws -> String {
        struct Started: Decodable { var session_id: String }
        let body = ["user_id": user, "persona": persona].compactMapValues { $0 }
        return try await post("chat/start", body, as: Started.self).session_id
    }

    /// Asks, and yields the answer. A repeated request is asked once.
    public func ask(_ message: String, session id: String) -> AsyncThrowingStream<AnswerEvent, Error> {
        var request = self.request("chat/stream", query: ["restarts": "1"])
        request.httpMethod = "POST"
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.setValue(UUID().uuidString, forHTTPHeaderField: "Idempotency-Key")
        request.httpBody = try? JSONEncoder().encode(["session_id": id, "message": message])
        return events(of: request, .persona) { _ = try? await stop(session: id) }
    }

    /// Yields the newest answer of a session, from its start.
    public func stream(session id: String) -> AsyncThrowingStream<AnswerEvent, Error> {
        events(of: request("chat/stream", query: ["session_id": id]), .persona)
    }

    /// Cancels the answer of a session. May be repeated.
    public func stop(session id: String) async throws {
        try await delete(request("chat/stream", query: ["session_id": id]))
    }

    // MARK: Assistant

    /// Starts an answer, and returns its id.
    public func requestAssistant(_ prompt: String, mode: String = "chat") async throws -> String {
        struct Accepted: Decodable { var request_id: String }
        return try await post("assistant/request", ["prompt": prompt, "mode": mode], as: Accepted.self).request_id
    }

    /// Yields an answer, from its start.
    public func streamAssistant(_ id: String) -> AsyncThrowingStream<AnswerEvent, Error> {
        events(of: request("assistant/stream/\(id)"), .assistant)
    }

    /// Cancels an answer. May be repeated.
    public func stopAssistant(_ id: String) async throws {
        try await delete(request("assistant/request/\(id)"))
    }

    // MARK: Requests

    private func request(_ path: String, query: [String: String] = [:]) -> URLRequest {
        var url = baseURL.appendingPathComponent(path)
        if !query.isEmpty, var components = URLComponents(url: url, resolvingAgainstBaseURL: false) {
            components.queryItems = query.map { URLQueryItem(name: $0.key, value: $0.value) }
            url = components.url ?? url
        }
        return URLRequest(url: url, cachePolicy: .reloadIgnoringLocalAndRemoteCacheData, timeoutInterval: idleTimeout)
    }

    private func post<T: Decodable>(_ path: String, _ body: [String: String], as type: T.Type) async throws -> T {
        var request = self.request(path)
        request.httpMethod = "POST"
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.setValue(UUID().uuidString, forHTTPHeaderField: "Idempotency-Key")
        request.httpBody = try JSONEncoder().encode(body)
        let (data, _) = try await send(request) { try await session.data(for: $0) }
        guard let answer = try? JSONDecoder().decode(type, from: data) else {
            throw BelayError.protocolError("The answer to POST \(path) is not what it should be.")
        }
        return answer
    }

    private func delete(_ request: URLRequest) async throws {
        var request = request
        request.httpMethod = "DELETE"
        _ = try await send(request) { try await session.data(for: $0) }
    }

    /// Sends a request, and after a 401 another one with a new token. Throws if the server refuses.
    private func send(
        _ request: URLRequest, _ perform: (URLRequest) async throws -> (Data, URLResponse)
    ) async throws -> (Data, HTTPURLResponse) {
        for expired in [false, true] {
            let (data, response) = try await perform(try await signed(request, expired: expired))
            guard let response = response as? HTTPURLResponse else { throw BelayError.protocolError("This is not HTTP.") }
            if response.statusCode == 401 && !expired { continue }
            guard (200..<300).contains(response.statusCode) else { throw BelayError.problem(of: response, body: data) }
            return (data, response)
        }
        throw BelayError.protocolError("The server did not answer.")  // not reached
    }

    private func signed(_ request: URLRequest, expired: Bool) async throws -> URLRequest {
        var request = request
        if let token = try await token(expired) { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        return request
    }

    // MARK: Streams

    /// Yields the events of a stream to its end, over as many connections as it needs.
    private func events(
        of request: URLRequest, _ dialect: Dialect, onCancel: (@Sendable () async -> Void)? = nil
    ) -> AsyncThrowingStream<AnswerEvent, Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try await resume(request, dialect) { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { termination in
                task.cancel()
                if case .cancelled = termination, let onCancel { Task { await onCancel() } }
            }
        }
    }

    private func resume(_ request: URLRequest, _ dialect: Dialect, yield: (AnswerEvent) -> Void) async throws {
        var position = ""
        var attempt = 0
        var downSince: Date? = Date()  // nil: connected
        var downtime: TimeInterval = 0  // since the last event
        var wasReset = false
        var isExpired = false  // the token
        while true {
            try Task.checkCancellation()
            var parser = SSEParser(lastEventID: position)
            var failure: Error?
            var retryAfter: TimeInterval = 0
            do {
                var attempted = try await signed(request, expired: isExpired)
                attempted.setValue("text/event-stream", forHTTPHeaderField: "Accept")
                if !position.isEmpty { attempted.setValue(position, forHTTPHeaderField: "Last-Event-ID") }
                let (bytes, response) = try await session.bytes(for: attempted)
                guard let response = response as? HTTPURLResponse else { throw BelayError.protocolError("This is not HTTP.") }
                if response.statusCode == 204 { return }
                if response.statusCode == 401 && !isExpired {
                    isExpired = true
                    continue
                }
                isExpired = false
                guard response.statusCode == 200 else {
                    var body = Data()
                    for try await byte in bytes.prefix(65_536) { body.append(byte) }
                    throw BelayError.problem(of: response, body: body)
                }
                guard response.mimeType == "text/event-stream" else {
                    throw BelayError.protocolError("The server did not answer with an event stream.")
                }
                downtime += downSince.map { Date().timeIntervalSince($0) } ?? 0
                downSince = nil
                for try await byte in bytes {
                    guard let event = try parser.push(byte) else { continue }
                    let meaning: AnswerEvent?
                    do {
                        meaning = try dialect.read(event)
                    } catch let error as BelayError {
                        throw Ended(error: error)
                    }
                    position = event.id
                    attempt = 0
                    downtime = 0
                    wasReset = false
                    if let meaning { yield(meaning) }
                    if case .done? = meaning { return }
                }
                failure = nil  // a stream without its last event: reconnect
            } catch let ended as Ended {
                throw ended.error
            } catch is SSEParser.TooLong {
                throw BelayError.protocolError("The server sent an event that is too long.")
            } catch let error as BelayError {
                if case let .problem(status, code, _, after) = error {
                    let isPosition = status == 410 || (status == 409 && code == "position_ahead")
                    if isPosition, !position.isEmpty, !wasReset {
                        position = ""
                        wasReset = true
                        yield(.restarted)
                        continue
                    }
                    if !error.isRetryable { throw error }
                    retryAfter = min(after ?? 0, 60)
                }
                failure = error
            } catch {
                try Task.checkCancellation()
                failure = error
            }
            position = parser.lastEventID
            let since = downSince ?? Date()
            downSince = since
            if downtime + Date().timeIntervalSince(since) > patience {
                throw BelayError.connection(attempts: attempt, reason: failure.map { "\($0)" } ?? "the stream ended too early")
            }
            attempt += 1
            let base = min(TimeInterval(parser.retry ?? 1000) / 1000, maxDelay)
            let delay = min(maxDelay, base * pow(2, Double(min(attempt - 1, 16)))) * Double.random(in: 0.5...1)
            try await Task.sleep(nanoseconds: UInt64(max(delay, retryAfter) * 1_000_000_000))
        }
    }

    /// The error with which an answer ended: nothing follows.
    private struct Ended: Error { var error: BelayError }
}
