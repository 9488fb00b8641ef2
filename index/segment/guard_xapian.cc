#include "parfocal/segment/guard_xapian.h"

#include <xapian.h>

#include <new>

namespace parfocal {

absl::Status GuardXapian(absl::string_view what, absl::FunctionRef<absl::Status()> call) {
  const auto say = [&](const Xapian::Error& error) {
    return absl::StrCat(what, ": ", error.get_type(), ": ", error.get_msg(),
                        error.get_error_string() == nullptr ? "" : ": ",
                        error.get_error_string() == nullptr ? "" : error.get_error_string());
  };
  try {
    return call();
  } catch (const Xapian::DatabaseModifiedError& error) {
    return absl::AbortedError(say(error));
  } catch (const Xapian::DatabaseLockError& error) {
    return absl::UnavailableError(say(error));
  } catch (const Xapian::DatabaseVersionError& error) {
    return absl::FailedPreconditionError(say(error));
  } catch (const Xapian::DatabaseCorruptError& error) {
    return absl::DataLossError(say(error));
  } catch (const Xapian::DatabaseNotFoundError& error) {
    return absl::DataLossError(say(error));
  } catch (const Xapian::DatabaseOpeningError& error) {
    return absl::DataLossError(say(error));
  } catch (const Xapian::DatabaseError& error) {
    return absl::UnavailableError(say(error));
  } catch (const Xapian::Error& error) {
    return absl::InternalError(say(error));
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrCat(what, ": out of memory"));
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat(what, ": ", error.what()));
  }
}

}  // namespace parfocal
