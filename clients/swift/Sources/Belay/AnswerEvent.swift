import Foundation

/// What an answer says, on any surface.
public enum AnswerEvent: Equatable, Sendable {
    /// Append it.
    case token(String)
    /// Drop the text so far: it is written again, or sent again from its start.
    case restarted
    /// The whole answer has arrived. `finish` is `stop` or `length`, for example.
    case done(finish: String?)
}

/// Reads the events of one surface.
enum Dialect: Sendable {
    case persona
    case assistant

    /// Nil: an event without meaning for a reader of text. Throws the error with which the answer ended.
    func read(_ event: SSEEvent) throws -> AnswerEvent? {
        let data = Data(event.data.utf8)
        switch self {
        case .persona:
            struct Message: Decodable {
                struct Failure: Decodable {
                    var code: String
                    var message: String
                }
                var token: String?
                var restarted: Bool?
                var done: Bool?
                var finish: String?
                var error: Failure?
            }
            let message = try decode(Message.self, data)
            if let token = message.token { return .token(token) }
            if message.restarted == true { return .restarted }
            if message.done == true { return .done(finish: message.finish) }
            if let error = message.error { throw BelayError.answer(code: error.code, message: error.message) }
            return nil
        case .assistant:
            struct Message: Decodable {
                var content: String?
                var status: String?
                var finish: String?
                var code: String?
                var message: String?
            }
            switch event.type {
            case "response_chunk":
                return try decode(Message.self, data).content.map(AnswerEvent.token)
            case "status":
                return try decode(Message.self, data).status == "restarted" ? .restarted : nil
            case "complete":
                return .done(finish: try decode(Message.self, data).finish)
            case "error":
                let error = try decode(Message.self, data)
                throw BelayError.answer(code: error.code ?? "internal", message: error.message ?? "")
            default:
                return nil
            }
        }
    }

    private func decode<T: Decodable>(_ type: T.Type, _ data: Data) throws -> T {
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw BelayError.protocolError("The data of an event is not what it should be.")
        }
    }
}
