// Puts the page together.
(() => {
  const { report, find } = wuye;
  wuye.reportSummary();
  wuye.reportTable();
  wuye.reportMap();
  find("print").addEventListener("click", () => print());
  find("language").addEventListener("click", () => {
    wuye.lang = 1 - wuye.lang;
    wuye.translate();
    report.tell("language");
  });
  wuye.translate();
  report.start();
  document.body.classList.add("ready");
})();
