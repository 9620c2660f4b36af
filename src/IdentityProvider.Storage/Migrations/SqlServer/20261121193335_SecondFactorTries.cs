using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace IdentityProvider.Storage.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class SecondFactorTries : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "SecondFactorFailures",
                table: "Users");

            migrationBuilder.DropColumn(
                name: "SecondFactorNextTryAt",
                table: "Users");

            migrationBuilder.DropColumn(
                name: "SecondFactorFailures",
                table: "KnownBrowsers");

            migrationBuilder.DropColumn(
                name: "SecondFactorNextTryAt",
                table: "KnownBrowsers");

            migrationBuilder.AddColumn<Guid>(
                name: "BrowserId",
                table: "KnownBrowsers",
                type: "uniqueidentifier",
                nullable: false,
                defaultValue: new Guid("00000000-0000-0000-0000-000000000000"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "BrowserId",
                table: "KnownBrowsers");

            migrationBuilder.AddColumn<int>(
                name: "SecondFactorFailures",
                table: "Users",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "SecondFactorNextTryAt",
                table: "Users",
                type: "datetimeoffset",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "SecondFactorFailures",
                table: "KnownBrowsers",
                type: "int",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "SecondFactorNextTryAt",
                table: "KnownBrowsers",
                type: "datetimeoffset",
                nullable: true);
        }
    }
}
