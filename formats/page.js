"use strict";
// Search words and outcomes select rows; without this script all rows show.
(() => {
	const find = document.getElementById("find");
	const list = document.getElementById("deletions");
	const rows = [...list.querySelectorAll("details")];
	const days = [...list.querySelectorAll("h3")];
	const chips = [...document.querySelectorAll(".chip")];
	const box = find.querySelector("input");
	const picked = new Set();
	let texts = null;

	function apply() {
		const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
		let shown = 0;

		if (texts === null && words.length > 0)
			texts = rows.map(row => row.textContent.toLowerCase());
		rows.forEach((row, i) => {
			const kinds = row.dataset.outcome.split(" ");
			const fits = words.every(word => texts[i].includes(word)) &&
				(picked.size === 0 || kinds.some(kind => picked.has(kind)));

			row.hidden = !fits;
			shown += fits;
		});
		for (const day of days) {
			let next = day.nextElementSibling;

			while (next !== null && next.tagName === "DETAILS" && next.hidden)
				next = next.nextElementSibling;
			day.hidden = next === null || next.tagName !== "DETAILS";
		}
		find.querySelector("output").textContent = shown === rows.length ?
			"" : shown + " of " + rows.length;
	}

	function open() {
		const id = location.hash.slice(1);
		const row = id && document.getElementById(id);

		if (!row || row.tagName !== "DETAILS")
			return;
		row.hidden = false;
		row.open = true;
		row.scrollIntoView({ block: "start" });
	}

	for (const chip of chips)
		chip.addEventListener("click", () => {
			const kind = chip.dataset.outcome;

			if (!picked.delete(kind))
				picked.add(kind);
			chip.setAttribute("aria-pressed", picked.has(kind));
			apply();
		});
	box.addEventListener("input", apply);
	window.addEventListener("hashchange", open);
	find.hidden = rows.length === 0;
	document.body.classList.add("live");
	apply();
	open();
})();
