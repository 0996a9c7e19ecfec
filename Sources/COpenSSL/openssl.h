/// OpenSSL 3 for Swift: its headers, and functions for what they offer as macros only.
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/// Makes the library behave the same on every machine: no openssl.cnf is read. Call it before
/// anything else; calling it again does nothing.
///
/// The texts of errors are not loaded, as they are 700 KiB of resident memory; see
/// `commy_openssl_texts`.
static inline int commy_openssl_begin(void) {
    return OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
                                OPENSSL_INIT_NO_LOAD_SSL_STRINGS,
                            NULL);
}

/// Loads the texts of the errors that a node can meet. After `commy_openssl_begin` this older way
/// is the only one; it is marked as deprecated because others load everything at the start.
static inline void commy_openssl_texts(void) {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
    ERR_load_ERR_strings();
    ERR_load_SSL_strings();
    ERR_load_X509_strings();
    ERR_load_X509V3_strings();
    ERR_load_PEM_strings();
    ERR_load_ASN1_strings();
    ERR_load_EVP_strings();
#pragma clang diagnostic pop
}

/// TLS 1.3 with Ed25519, X25519 and AEAD suites only; no session tickets and no cache, so that a
/// handshake is always whole and always of the same length.
static inline int commy_tls_restrict(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
    // The middlebox disguise of RFC 8446, D.4 is 38 more bytes for nobody.
    SSL_CTX_clear_options(context, SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) &&
           SSL_CTX_set_num_tickets(context, 0) &&
           SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                             "TLS_CHACHA20_POLY1305_SHA256") &&
           SSL_CTX_set1_groups_list(context, "X25519") &&
           SSL_CTX_set1_sigalgs_list(context, "ed25519");
}

static inline int commy_tls_add_chain(SSL_CTX *context, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

/// The reason of an entry of the error queue.
static inline int commy_error_reason(unsigned long error) {
    return ERR_GET_REASON(error);
}

/// The bytes of a memory BIO; they live as long as it is not changed.
static inline long commy_bio_bytes(BIO *bio, char **bytes) {
    return BIO_get_mem_data(bio, bytes);
}

/// The other half of a BIO pair will find the end of the stream.
static inline int commy_bio_end(BIO *bio) {
    return (int)BIO_shutdown_wr(bio);
}

static inline STACK_OF(X509) *commy_certificates_new(void) {
    return sk_X509_new_null();
}

/// The list takes a reference of its own.
static inline int commy_certificates_add(STACK_OF(X509) *list, X509 *certificate) {
    if (!X509_up_ref(certificate))
        return 0;
    if (sk_X509_push(list, certificate))
        return 1;
    X509_free(certificate);
    return 0;
}

static inline void commy_certificates_free(STACK_OF(X509) *list) {
    sk_X509_pop_free(list, X509_free);
}

/// Adds an extension written as in openssl.cnf; 0 when it is malformed or memory is short.
static inline int commy_certificate_extend(X509 *certificate, X509 *issuer, int nid,
                                           const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&context);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (!extension)
        return 0;
    int result = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return result;
}

/// What the subject alternative names of a certificate are: how many there are of any kind, how
/// many of them are URIs, and the first URI's bytes, which live as long as `names`.
struct commy_alternative_names {
    GENERAL_NAMES *names;
    const unsigned char *uri;
    int uri_length;
    int uri_count;
    int count;
};

static inline struct commy_alternative_names commy_alternative_names_get(const X509 *certificate) {
    struct commy_alternative_names result = {0};
    result.names = (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    if (!result.names)
        return result;
    result.count = sk_GENERAL_NAME_num(result.names);
    for (int i = 0; i < result.count; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(result.names, i);
        if (name->type != GEN_URI)
            continue;
        if (result.uri_count++ == 0) {
            result.uri = ASN1_STRING_get0_data(name->d.uniformResourceIdentifier);
            result.uri_length = ASN1_STRING_length(name->d.uniformResourceIdentifier);
        }
    }
    return result;
}

static inline void commy_alternative_names_free(struct commy_alternative_names *names) {
    GENERAL_NAMES_free(names->names);
    names->names = NULL;
}
