"""Trim the public data behind the demonstration to the extracts that Trueup ships.

    python tools/trim_demonstration_data.py FOLDER

FOLDER holds the files as the agencies publish them:

    eia/eia_plant_co2_2016.csv, ..._2017.csv, ..._2018.csv
    epa/epa_eia_crosswalk.csv
    epa/ampd_facility_attributes_1980_2021.zip
    epa/egrid2016_GEN16_generators.csv

Rows and columns are dropped and columns renamed; no figure is changed. The choice of
plants, units and resources is not made here but in `trueup.demonstration.plants` and
`trueup.demonstration.generators`, where it is tested.
src/trueup/demonstration/data/README.md names agencies, data sets and what is left out.
"""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
from pathlib import Path

import polars as pl

DATA_DIR = Path(__file__).resolve().parents[1] / "src" / "trueup" / "demonstration" / "data"
YEARS = (2016, 2017, 2018)
SECTORS = ("1", "2", "3")
UNIT_TYPES = ("ST", "CA", "CT", "CS")

EIA_COLUMNS = {
    "Plant Code": "plant",
    "State": "state",
    "Sector Code": "sector",
    "Prime Mover": "prime_mover",
    "Fuel Code": "fuel",
    "Aggregated Fuel Group": "fuel_group",
    "Generation (kWh)": "kwh",
    "Tons of CO2 Emissions": "tons",
    "Useful Thermal Output (MMBtu)": "useful_mmbtu",
}
CROSSWALK_COLUMNS = {
    "CAMD_PLANT_ID": "plant",
    "CAMD_FACILITY_NAME": "name",
    "CAMD_STATE": "state",
    "CAMD_LATITUDE": "latitude",
    "CAMD_LONGITUDE": "longitude",
    "CAMD_UNIT_ID": "unit",
    "CAMD_FUEL_TYPE": "fuel",
    "CAMD_STATUS": "status",
    "CAMD_STATUS_DATE": "status_on",
    "CAMD_RETIRE_YEAR": "retire_year",
    "EIA_PLANT_ID": "eia_plant",
    "EIA_GENERATOR_ID": "eia_generator",
    "EIA_NAMEPLATE_CAPACITY": "eia_nameplate_mw",
    "EIA_UNIT_TYPE": "eia_unit_type",
    "EIA_FUEL_TYPE": "eia_fuel",
}
AMPD_COLUMNS = {
    "Facility ID (ORISPL)": "plant",
    "Unit ID": "unit",
    "Year": "year",
    "County": "county",
    "Owner": "owner",
    "Operator": "operator",
    "Commercial Operation Date": "commercial_operation_on",
}
EGRID_COLUMNS = {
    "ORISPL": "plant",
    "PNAME": "name",
    "PSTATABB": "state",
    "GENID": "generator",
    "PRMVR": "prime_mover",
    "FUELG1": "fuel",
    "NAMEPCAP": "mw",
    "GENNTAN": "mwh",
    "GENYRONL": "year",
}
CREDITED_FUELS = ("WND", "SUN", "WAT", "GEO", "NUC")
FIRST_CREDITED_YEAR = 2013


def eia_plants(folder: Path) -> pl.DataFrame:
    """Generation and CO2 of the electric power sector, as EIA gives them."""
    years = []
    for year in YEARS:
        table = pl.read_csv(folder / "eia" / f"eia_plant_co2_{year}.csv", infer_schema=False)
        years.append(
            table.filter(pl.col("Sector Code").is_in(SECTORS))
            .select(pl.col(name).alias(short) for name, short in EIA_COLUMNS.items())
            .insert_column(0, pl.lit(str(year)).alias("year"))
        )
    return pl.concat(years)


def crosswalk(folder: Path) -> pl.DataFrame:
    """Units and the steam and combined-cycle generators they serve, save the long retired."""
    table = pl.read_csv(folder / "epa" / "epa_eia_crosswalk.csv", infer_schema=False)
    retire_year = pl.col("CAMD_RETIRE_YEAR").cast(pl.Int32)
    return (
        table.filter(pl.col("EIA_UNIT_TYPE").is_in(UNIT_TYPES))
        .filter((retire_year == 0) | (retire_year >= YEARS[0]))
        .select(pl.col(name).alias(short) for name, short in CROSSWALK_COLUMNS.items())
        .with_columns(pl.col("status_on").str.slice(0, 10))
        # One row a boiler becomes one row a unit and generator.
        .unique(maintain_order=True)
    )


def ampd_attributes(folder: Path, units: pl.DataFrame) -> pl.DataFrame:
    """County, owner, operator and first operation of those units, from their latest year."""
    archive = zipfile.ZipFile(folder / "epa" / "ampd_facility_attributes_1980_2021.zip")
    name = next(member for member in archive.namelist() if member.startswith("facility_"))
    table = pl.read_csv(
        io.BytesIO(archive.read(name)), infer_schema=False, truncate_ragged_lines=True
    )
    table.columns = [column.strip() for column in table.columns]
    first_operation = pl.col("commercial_operation_on").str.to_date("%m/%d/%Y").cast(pl.String)
    return (
        table.select(pl.col(name).alias(short) for name, short in AMPD_COLUMNS.items())
        .filter(pl.col("year").is_in([str(year) for year in YEARS]))
        .join(units, on=("plant", "unit"), how="semi")
        .sort("year", maintain_order=True)
        .unique(("plant", "unit"), keep="last", maintain_order=True)
        .sort("plant", "unit")
        .with_columns(first_operation)
        .drop("year")
    )


def egrid_generators(folder: Path) -> pl.DataFrame:
    """Operating generators without CO2 that came on line in 2013 or later; no comma in numbers."""
    table = pl.read_csv(
        folder / "epa" / "egrid2016_GEN16_generators.csv",
        skip_rows=1,  # The first of two rows of headings.
        infer_schema=False,
        encoding="utf8-lossy",
    )
    return (
        table.filter(
            pl.col("GENSTAT") == "OP",
            pl.col("FUELG1").is_in(CREDITED_FUELS),
            pl.col("GENYRONL").cast(pl.Int32, strict=False) >= FIRST_CREDITED_YEAR,
        )
        .select(pl.col(name).alias(short) for name, short in EGRID_COLUMNS.items())
        .with_columns(
            pl.col("mw", "mwh").str.replace_all(",", ""), pl.col("name").str.strip_chars()
        )
        .sort(pl.col("plant").cast(pl.Int64), "generator")
    )


def write(table: pl.DataFrame, name: str) -> None:
    """Write a compressed CSV that is the same, byte for byte, whenever it is made."""
    path = DATA_DIR / name
    path.write_bytes(gzip.compress(table.write_csv().encode(), compresslevel=9, mtime=0))
    print(f"{path.name}: {table.height:,} rows, {path.stat().st_size:,} bytes")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    units = crosswalk(folder)
    write(eia_plants(folder), "eia_plant_emissions.csv.gz")
    write(units, "epa_eia_crosswalk.csv.gz")
    write(ampd_attributes(folder, units), "ampd_unit_attributes.csv.gz")
    write(egrid_generators(folder), "egrid_generators.csv.gz")


if __name__ == "__main__":
    main()
