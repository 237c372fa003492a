// The documents of the operators' API, as JSON. docs/openapi.json describes them.
#pragma once

#include <string>

#include "services/operators/operators.hpp"

namespace belay::surfaces::admin {

std::string render_user(const UserRecord& user);
// How many climbs were added, and how many there are.
std::string render_added(const services::Contexts::Added& added);
std::string render_users(const UserPage& page);
std::string render_usage(const UsagePage& page, const UsageQuery& query);
std::string render_runs(const LiveRunPage& page);
std::string render_revoked(const services::Operators::Revoked& revoked);
std::string render_revocations(const RevocationPage& page);
std::string render_rotation(const services::UploadRotation::Status& status);
std::string render_audit(const AuditPage& page);

}  // namespace belay::surfaces::admin
