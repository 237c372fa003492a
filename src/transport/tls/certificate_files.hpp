// The files of a certificate: read, and checked as far as files alone can be.
//
// Thread-safe: no state. Every problem names its setting ("tls.key") and what to change. Nothing of a key appears
// in a text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "transport/tls/openssl_owned.hpp"
#include "transport/tls/tls_config.hpp"

namespace belay::transport {

struct CertificateFiles {
  std::vector<OwnedCertificate> chain;  // the server's own first
  OwnedKey key;
  std::string ocsp_response;             // DER; empty: none
  std::optional<WallTime> ocsp_expires;  // nothing: it says no time
  std::vector<Error> problems;           // empty: chain and key are there, and fit
  std::vector<std::string> warnings;     // for operators
};

// `now` decides what has expired.
CertificateFiles read_certificate_files(const TlsConfig& config, WallTime now);

// "chat.example.com, expires 2027-03-01T12:00:00Z".
std::string describe(X509* certificate);

}  // namespace belay::transport
