import Foundation

public enum BelayError: Error, Sendable {
    /// The server refused (RFC 9457). `code` is stable.
    case problem(status: Int, code: String, detail: String, retryAfter: TimeInterval?)
    /// The answer failed or was cancelled. Text that came before is kept.
    case answer(code: String, message: String)
    /// The server cannot be reached. An answer that was being read is safe there.
    case connection(attempts: Int, reason: String)
    /// Something else than Belay answered.
    case protocolError(String)

    /// Whether the same request may succeed later without a change.
    var isRetryable: Bool {
        guard case let .problem(status, code, _, _) = self else { return false }
        return (status == 408 || status == 429 || status >= 500) && code != "quota_exceeded" && code != "session_used_up"
    }

    static func problem(of response: HTTPURLResponse, body: Data) -> BelayError {
        struct Problem: Decodable {
            var code: String?
            var title: String?
            var detail: String?
        }
        let problem = try? JSONDecoder().decode(Problem.self, from: body)
        let status = response.statusCode
        return .problem(
            status: status,
            code: problem?.code ?? (status == 401 ? "unauthenticated" : status >= 500 ? "unavailable" : "invalid_request"),
            detail: problem?.detail ?? problem?.title ?? "The server answered with status \(status).",
            retryAfter: response.value(forHTTPHeaderField: "Retry-After").flatMap(TimeInterval.init)
        )
    }
}
