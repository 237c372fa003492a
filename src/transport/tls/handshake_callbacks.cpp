#include "transport/tls/handshake_callbacks.hpp"

#include <algorithm>
#include <cstring>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include "transport/tls/tls_context.hpp"
#include "transport/tls/tls_server.hpp"

namespace belay::transport {
namespace {

HandshakeParts& parts_of(const SSL* ssl) {
  return *static_cast<HandshakeParts*>(SSL_get_app_data(ssl));
}

// Whether the client's list (RFC 7301, section 3.1: names behind their length) has this name. Sets `found` to its
// place in the list.
bool offers(std::string_view list, std::string_view name, std::string_view& found) {
  while (!list.empty()) {
    const std::size_t size = std::min<std::size_t>(static_cast<unsigned char>(list.front()), list.size() - 1);
    found = list.substr(1, size);
    if (found == name) return true;
    list.remove_prefix(1 + size);
  }
  return false;
}

// A client that offers only what this server does not speak is refused: it could take the answers for something
// else.
int choose_protocol(SSL* ssl, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned in_size, void*) {
  const std::string_view list(reinterpret_cast<const char*>(in), in_size);
  std::string_view found;
  for (const ApplicationProtocol protocol : parts_of(ssl).server.protocols()) {
    if (!offers(list, alpn_name(protocol), found)) continue;
    *out = reinterpret_cast<const unsigned char*>(found.data());
    *out_size = static_cast<unsigned char>(found.size());
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool set_mac_key(EVP_MAC_CTX* mac, TicketKeys::Key& key) {
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_octet_string(
                                   OSSL_MAC_PARAM_KEY, key.authentication.data(), key.authentication.size()),
                               OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, params) == 1;
}

const unsigned char* bytes_of(const std::array<std::byte, 32>& key) {
  return reinterpret_cast<const unsigned char*>(key.data());
}

// SSL_CTX_set_tlsext_ticket_key_evp_cb says what is returned: -1 failed, 0 unknown key, 1 done, 2 done, and the
// client needs another ticket.
int make_ticket(TicketKeys& keys, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                EVP_MAC_CTX* mac) {
  TicketKeys::Key key = keys.current();
  std::memcpy(name, key.name.data(), key.name.size());
  const bool done =
      RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1 &&
      EVP_EncryptInit_ex2(cipher, EVP_aes_256_cbc(), bytes_of(key.encryption), iv, nullptr) == 1 &&
      set_mac_key(mac, key);
  return done ? 1 : -1;
}

int open_ticket(TicketKeys& keys, const unsigned char* name, const unsigned char* iv, EVP_CIPHER_CTX* cipher,
                EVP_MAC_CTX* mac) {
  const std::span<const std::byte, TicketKeys::kNameBytes> wanted(reinterpret_cast<const std::byte*>(name),
                                                                  TicketKeys::kNameBytes);
  std::optional<TicketKeys::Found> found = keys.find(wanted);
  if (!found) return 0;
  const bool done =
      EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), bytes_of(found->key.encryption), iv, nullptr) == 1 &&
      set_mac_key(mac, found->key);
  if (!done) return -1;
  return found->is_current ? 1 : 2;
}

int ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
               int is_new) {
  TicketKeys& keys = parts_of(ssl).server.ticket_keys();
  return is_new != 0 ? make_ticket(keys, name, iv, cipher, mac) : open_ticket(keys, name, iv, cipher, mac);
}

int staple_ocsp_response(SSL* ssl, void*) {
  const HandshakeParts& parts = parts_of(ssl);
  const std::string_view response = parts.context.ocsp_response(parts.server.clock().wall());
  if (response.empty()) return SSL_TLSEXT_ERR_NOACK;
  auto* const copy = static_cast<unsigned char*>(OPENSSL_memdup(response.data(), response.size()));
  if (!copy) return SSL_TLSEXT_ERR_NOACK;
  SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(response.size()));  // takes it
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

void set_handshake_callbacks(ssl_ctx_st* context) {
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, ticket_key);
  SSL_CTX_set_tlsext_status_cb(context, staple_ocsp_response);
}

void set_handshake_parts(ssl_st* ssl, HandshakeParts* parts) {
  SSL_set_app_data(ssl, parts);
}

}  // namespace belay::transport
