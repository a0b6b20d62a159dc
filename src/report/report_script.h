// The script of pages whose tables can be filtered and sorted. Without it, pages show all rows.
#pragma once

namespace sequent {

inline constexpr const char* kReportScript = R"js(
'use strict';
for (const form of document.querySelectorAll('form.filter')) {
  const rows = [...form.parentElement.querySelectorAll('tbody tr')];
  const selects = [...form.querySelectorAll('select')];
  const words = form.querySelector('input');
  const output = form.querySelector('output');
  const show = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const text = row.cells[0].textContent.toLowerCase();
      const fits = wanted.every((word) => text.includes(word)) &&
        selects.every((one) => one.selectedIndex === 0 ||
          row.cells[one.dataset.column].textContent === one.value);
      row.hidden = !fits;
      count += fits ? 1 : 0;
    }
    output.textContent = count + ' of ' + rows.length + ' rows';
  };
  form.addEventListener('input', show);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.hidden = false;
  show();
}
for (const table of document.querySelectorAll('table.sortable')) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const value = (row, column) => {
    const cell = row.cells[column];
    return 'value' in cell.dataset ? Number(cell.dataset.value) : cell.textContent;
  };
  // Numbers come before texts, and missing values last, in both directions.
  const rank = (one) => typeof one === 'number' ? 0 : one === '-' || one === '' ? 2 : 1;
  const compare = (a, b, sign) => {
    if (rank(a) !== rank(b)) return rank(a) - rank(b);
    return sign * (rank(a) === 0 ? a - b : a.localeCompare(b));
  };
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener('click', () => {
      const descends = head.getAttribute('aria-sort') === 'ascending';
      for (const one of heads) one.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', descends ? 'descending' : 'ascending');
      const rows = [...body.rows];
      rows.sort((a, b) => compare(value(a, column), value(b, column), descends ? -1 : 1));
      body.append(...rows);
    });
  });
}
)js";

}  // namespace sequent
