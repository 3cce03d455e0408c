# Shared by the reference scripts: writes a list as JSON with the script's name and the versions used.

suppressMessages(library(jsonlite))

# Fifteen significant digits: more than any tolerance asks for, and stable from run to run.
write_reference <- function(name, packages, content) {
  header <- list(
    script = paste0(name, ".R"),
    r = as.character(getRversion()),
    packages = lapply(setNames(packages, packages), function(p) as.character(packageVersion(p)))
  )
  text <- toJSON(c(header, content), digits = I(15), auto_unbox = TRUE, na = "null", null = "null",
                 pretty = TRUE)
  writeLines(text, paste0(name, ".json"))
}

# A vector stays a JSON array even if it has one element; NaN and infinities become null.
as_array <- function(x) {
  x <- as.vector(unclass(x))
  x[!is.finite(x)] <- NA
  I(unname(x))
}

scalar <- function(x) {
  x <- as.vector(unclass(x))
  if (length(x) != 1 || !is.finite(x)) NA else unname(x)
}
