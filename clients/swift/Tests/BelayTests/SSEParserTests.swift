import Foundation
import XCTest

@testable import Belay

/// The vectors of ../../../vectors, byte by byte: the parser takes one byte at a time, so every cut is the same to it.
final class SSEParserTests: XCTestCase {
    private struct Vectors: Decodable { var cases: [Case] }
    private struct Case: Decodable {
        struct Event: Decodable {
            var type: String
            var data: Text
            var id: String
        }
        var name: String
        var pieces: [Text]
        var events: [Event]
        var last_id: String
        var retry: Int?
    }

    /// A string, `{"hex"}`, or `{"repeat", "times", "then"}`.
    private struct Text: Decodable {
        private struct Parts: Decodable {
            var hex: String?
            var `repeat`: String?
            var times: Int?
            var then: String?
        }
        var bytes: [UInt8]

        init(from decoder: Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                bytes = Array(text.utf8)
                return
            }
            let parts = try Parts(from: decoder)
            if let hex = parts.hex {
                let digits = Array(hex)
                bytes = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
            } else {
                let piece = Array((parts.repeat ?? "").utf8)
                bytes = (0..<(parts.times ?? 0)).flatMap { _ in piece } + Array((parts.then ?? "").utf8)
            }
        }
    }

    func testA12TheVectors() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../vectors").standardized
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" }
        XCTAssertGreaterThanOrEqual(files.count, 7)
        for file in files {
            for each in try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file)).cases {
                var parser = SSEParser()
                var events: [SSEEvent] = []
                for byte in each.pieces.flatMap(\.bytes) {
                    if let event = try parser.push(byte) { events.append(event) }
                }
                let expected = each.events.map {
                    SSEEvent(type: $0.type, data: String(decoding: $0.data.bytes, as: UTF8.self), id: $0.id)
                }
                XCTAssertEqual(events, expected, "\(file.lastPathComponent): \(each.name)")
                XCTAssertEqual(parser.lastEventID, each.last_id, each.name)
                XCTAssertEqual(parser.retry, each.retry, each.name)
            }
        }
    }

    func testWhatIsTooLongIsAnError() {
        var parser = SSEParser(maxBytes: 8)
        XCTAssertThrowsError(try Array("data: 0123456789".utf8).forEach { _ = try parser.push($0) })
    }

    func testTheDialects() throws {
        func event(_ type: String, _ data: String) -> SSEEvent { SSEEvent(type: type, data: data, id: "1-1") }
        XCTAssertEqual(try Dialect.persona.read(event("message", #"{"token":"a"}"#)), .token("a"))
        XCTAssertEqual(try Dialect.persona.read(event("message", #"{"done":true,"finish":"stop"}"#)), .done(finish: "stop"))
        XCTAssertEqual(try Dialect.assistant.read(event("response_chunk", #"{"content":"a"}"#)), .token("a"))
        XCTAssertEqual(try Dialect.assistant.read(event("status", #"{"status":"restarted"}"#)), .restarted)
        XCTAssertNil(try Dialect.assistant.read(event("stage", #"{"stage":"provider"}"#)))
        XCTAssertThrowsError(try Dialect.persona.read(event("message", #"{"error":{"code":"cancelled","message":"Stopped."}}"#)))
    }
}
