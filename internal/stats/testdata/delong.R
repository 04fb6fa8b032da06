# Writes delong.json: DeLong's variance and paired test by pROC, and the clustered
# variance of Obuchowski (1997) straight from its formulas by double loops, for the
# cases of expected.json. Needs R with pROC and jsonlite.
suppressMessages(library(pROC))
library(jsonlite)
cases <- fromJSON("expected.json", simplifyDataFrame = FALSE)$classification
kernel <- function(x, y) (x > y) + 0.5 * (x == y)
obuchowski <- function(score, positive, patient) {
  X <- score[positive]; Y <- score[!positive]
  px <- patient[positive]; py <- patient[!positive]
  M <- length(X); N <- length(Y)
  K <- outer(X, Y, kernel)
  theta <- mean(K)
  v10 <- rowMeans(K); v01 <- colMeans(K)
  ids <- sort(unique(patient))
  xs <- sapply(ids, function(i) sum(v10[px == i]) - sum(px == i) * theta)
  ys <- sapply(ids, function(i) sum(v01[py == i]) - sum(py == i) * theta)
  I10 <- length(unique(px)); I01 <- length(unique(py)); I <- length(ids)
  s10 <- I10 / ((I10 - 1) * M) * sum(xs^2)
  s01 <- I01 / ((I01 - 1) * N) * sum(ys^2)
  s11 <- I / (I - 1) * sum(xs * ys)
  s10 / M + s01 / N + 2 * s11 / (M * N)
}
rows <- lapply(cases[1:2], function(case) {
  positive <- unlist(case$positive); a <- unlist(case$a); b <- unlist(case$b)
  ra <- roc(positive, a, levels = c(FALSE, TRUE), direction = "<", quiet = TRUE)
  rb <- roc(positive, b, levels = c(FALSE, TRUE), direction = "<", quiet = TRUE)
  test <- roc.test(ra, rb, method = "delong", paired = TRUE)
  interval <- as.numeric(ci.auc(ra, conf.level = 0.95, method = "delong"))
  # Pairs of neighboring rows share a patient, some with both classes.
  patient <- sprintf("p%03d", (seq_along(a) + 1) %/% 2)
  list(name = case$name, auc_a = as.numeric(auc(ra)), auc_b = as.numeric(auc(rb)),
       variance_a = var(ra, method = "delong"), low_a = interval[1], high_a = interval[3],
       z = as.numeric(test$statistic), p = test$p.value,
       clustered_variance_a = obuchowski(a, positive, patient))
})
write_json(list(versions = list(R = as.character(getRversion()), pROC = as.character(packageVersion("pROC"))), cases = rows),
           "delong.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
